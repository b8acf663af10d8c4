"""What of a committee is registered, field by field, and in what it differs from what a platform was told.

The facts are in the platform's terms and in Chinese, whoever reads them: they are what somebody types in there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from committees.kinds import Regime
from ethicsreview.accounts.regions import region_name
from ethicsreview.deadlines.calendar import law_day

if TYPE_CHECKING:
    from committees.models import Committee, CommitteeRule, Membership

FIELDS: dict[str, str | Promise] = {
    "name": _("委员会名称"),
    "type": _("类型"),
    "unit": _("所属单位"),
    "uscc": _("统一社会信用代码"),
    "region": _("地区"),
    "department": _("主管部门"),
    "set_up_on": _("设立日期"),
    "scope": _("审查范围"),
    "member": _("成员"),
    "rule": _("制度"),
}


@dataclass(frozen=True)
class Change:
    """`before` is empty where the platform does not know of it, `after` where it is no more."""

    field: str
    before: str
    after: str

    @property
    def label(self) -> str | Promise:
        return FIELDS.get(self.field.partition(":")[0], self.field)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Every field that is not the same in both, in the order of the fields, then by name."""
    order = {name: place for place, name in enumerate(FIELDS)}
    names = sorted(before.keys() | after.keys(), key=lambda one: (order.get(one.partition(":")[0], len(order)), one))
    found = (Change(name, before.get(name, ""), after.get(name, "")) for name in names)
    return [change for change in found if change.before != change.after]


def facts_of(
    committee: "Committee", seats: Iterable["Membership"], rules: Iterable["CommitteeRule"], at: datetime
) -> dict[str, str]:
    """Composition, charter and working rules of the day (Measures 43); `seats` with their people, `rules` with their
    versions. One query, for the name of the department.
    """
    day = law_day(at)
    policy = committee.policy(committee.regimes, at)
    with translation.override("zh-hans"):
        facts = {
            "name": committee.name,
            "type": str(committee.get_type_display()),
            "unit": committee.institution.name if committee.institution else "",
            "uscc": (committee.institution.uscc or "") if committee.institution else "",
            "region": region_name(committee.region),
            "set_up_on": committee.set_up_on.isoformat() if committee.set_up_on else "",
            "scope": "、".join(str(Regime(one).label) for one in committee.regimes if one in Regime.values),
        }
        if policy.has("registration.department"):
            facts["department"] = policy.value("registration.department")["zh"]
        for seat in seats:
            if seat.covers(day):
                facts[f"member:{seat.person.username}:{seat.appointment.role}"] = _member(seat)
        for rule in rules:
            if rule.effective <= day and (rule.until is None or rule.until >= day):
                words = f"{rule.get_kind_display()}，{rule.effective.isoformat()}起施行，SM3 {rule.version.digest}"
                facts[f"rule:{rule.kind}"] = words
    return {name: value for name, value in facts.items() if value}


def _member(seat: "Membership") -> str:
    term = (
        f"{seat.appointment.starts.isoformat()}至{seat.appointment.ends.isoformat() if seat.appointment.ends else ''}"
    )
    described = [
        seat.person.name,
        str(seat.appointment.get_role_display()),
        str(seat.get_sex_display()),
        str(seat.get_category_display()),
        "非本单位" if seat.external else "本单位",
        term,
    ]
    return "，".join(described)
