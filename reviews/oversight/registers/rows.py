"""What the registers have in common: which clock of registration runs, is over, never began; places to choose."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.prepared import PreparedForMany
from ethicsreview.accounts.regions import cities, lying_in, province_of, provinces, region_name
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline, Outcome

REGISTRATION_STATES = {
    "registered": pgettext_lazy("register", "已登记"),
    "due": pgettext_lazy("register", "待登记"),
    "late": pgettext_lazy("register", "逾期未登记"),
    "update": pgettext_lazy("register", "登记信息待更新"),
    "none": pgettext_lazy("register", "没有登记义务"),
}
ALL = ("", _("全部"))


def in_state(rows: "QuerySet[Any]", noun: str, kinds: tuple[str, str], state: str, at: datetime) -> "QuerySet[Any]":
    """`kinds`: of the registration, and of its update."""
    registration, update = kinds
    clocks = Deadline.objects.filter(object_kind=noun, object_ref=OuterRef("ref"))
    first = clocks.filter(kind=registration)
    match state:
        case "registered":
            return rows.filter(Exists(first.filter(outcome=Outcome.MET)) & ~Exists(first.filter(outcome="")))
        case "due":
            return rows.filter(Exists(first.filter(outcome="", due_at__gt=at)))
        case "late":
            return rows.filter(Exists(first.filter(outcome="", due_at__lte=at)))
        case "update":
            return rows.filter(Exists(clocks.filter(kind=update, outcome="")))
        case "none":
            return rows.filter(~Exists(first.exclude(outcome=Outcome.CANCELLED)))
    return rows


def clocks_of(noun: str, refs: Iterable[str], kinds: tuple[str, ...]) -> dict[str, list[Deadline]]:
    """Of each object its clocks of these kinds, those that run first. One query."""
    found: dict[str, list[Deadline]] = {}
    for row in _clocks(noun, kinds)(list(refs)):
        found.setdefault(row.object_ref, []).append(row)
    return found


@cache
def _clocks(noun: str, kinds: tuple[str, ...]) -> PreparedForMany:
    rows = Deadline.objects.filter(object_kind=noun, kind__in=kinds).exclude(outcome=Outcome.CANCELLED)
    return PreparedForMany(lambda refs: rows.filter(object_ref__in=refs).order_by("outcome", "due_at", "pk"))


def state_of(clocks: Iterable[Deadline], kinds: tuple[str, str], at: datetime) -> str:
    """The same as `in_state`, of clocks in hand. One that is to be updated is registered all the same."""
    registration, update = kinds
    found = list(clocks)
    if running := [one for one in found if one.kind == registration and not one.outcome]:
        return "late" if running[0].due_at <= at else "due"
    if any(one.kind == update and not one.outcome for one in found):
        return "update"
    return "registered" if any(one.kind == registration for one in found) else "none"


def places(standing: Standing) -> list[tuple[str, Any]]:
    """The cities of one's territories; the provinces, for who sees all."""
    found: dict[str, str] = {}
    prefixes = {""} if standing.sees_everyone else set(standing.territories(Role.REGULATOR))
    for prefix in sorted(prefixes):
        if not prefix:
            found |= provinces()
        elif len(prefix) == 2:
            found |= cities(province_of(f"{prefix}0000"))
        else:
            code = prefix.ljust(6, "0")
            found[code] = region_name(code)
    return [ALL, *sorted(found.items())]


def within(path: str, region: str) -> Q:
    prefix = region[:2] if region.endswith("0000") else region[:4]
    return Q(**lying_in(path, prefix))
