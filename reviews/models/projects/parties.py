"""In what capacities a person stands to a project or a review, and who is behind a word of the notices table."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Appointment, Body, Person, Role
from ethicsreview.accounts.models.people import PersonQuerySet
from ethicsreview.accounts.standing import Standing

# What people see where a refusal or the step table names a capacity.
CAPACITIES = {
    "lead": _("项目负责人"),
    "team": _("项目组成员"),
    "secretary": _("委员会秘书"),
    "chair": _("主任委员"),
    "vice_chair": _("副主任委员"),
    "member": _("委员"),
    "adviser": _("顾问"),
    "presider": _("会议主持人"),
    "voter": _("本轮表决委员"),
    "designator": _("主任委员（简易程序）"),
    "colleague": _("本委员会委员（简易程序）"),
    "institution_officer": _("单位管理人员"),
    "regulator": _("监管人员"),
    "local_lead": _("参与单位负责人"),
    "unit_officer": _("参与单位管理人员"),
    "truster": _("委托方"),
    "trustee": _("受托方"),
    "founder": _("发起单位管理人员"),
    "fellow": _("联盟成员单位管理人员"),
    "outsider": _("其他单位管理人员"),
    "keeper": _("复核专家库管理人员"),
    "organiser": _("复核组织人员"),
    "recheck_expert": _("复核专家"),
    "operator": _("运维人员"),
    "consequence": _("由其他步骤引起"),
    "system": _("系统"),
}

COMMITTEE_CAPACITIES = (Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER, Role.ADVISER)


def on_committee(standing: Standing, committee_id: int) -> set[str]:
    """The person's roles on one committee."""
    return {str(role) for role in COMMITTEE_CAPACITIES if standing.holds(role, body_id=committee_id)}


def over_territory(standing: Standing, region: str) -> bool:
    """Whether a regulator's territory contains the region."""
    return any(region.startswith(prefix) for prefix in standing.territories(Role.REGULATOR))


def territory(standing: Standing, path: str) -> Q:
    """The rows whose region (at `path`) lies in a territory the person regulates; none where they regulate none."""
    inside = Q(pk__in=[])
    for prefix in standing.territories(Role.REGULATOR):
        inside |= Q(**{f"{path}__startswith": prefix})
    return inside


def holders(roles: Iterable[str], body: Body, at: datetime) -> PersonQuerySet:
    """The people who hold one of the roles in the body at a moment."""
    current = Appointment.objects.current(at).filter(role__in=list(roles), body_id=body.pk)
    return Person.objects.filter(is_active=True, appointments__in=current).distinct()
