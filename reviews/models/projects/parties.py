"""In what capacities a person stands to a project or a review, and who is behind a word of the notices table."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Appointment, Body, Person, Role
from ethicsreview.accounts.models.people import PersonQuerySet
from ethicsreview.accounts.regions import lying_in
from ethicsreview.accounts.standing import Standing

# What people see where a refusal or the step table names a capacity.
CAPACITIES = {
    "lead": _("项目负责人"),
    "team": _("项目组成员"),
    "nominee": _("拟任负责人"),
    "former_lead": _("原项目负责人"),
    "successor": _("拟任负责人（由单位提名并已接受）"),
    "amender": _("变更申请人"),
    "acting_amender": _("负责人的受委托人（变更）"),
    "acting_write": _("负责人的受委托人（发起）"),
    "acting_submit": _("负责人的受委托人（提交）"),
    "acting_answer": _("负责人的受委托人（答复）"),
    "acting_report": _("负责人的受委托人（报告）"),
    "delegate": _("受委托人"),
    "principal": _("已委托他人代办的项目负责人"),
    "employer": _("承担单位管理人员（变更负责人）"),
    "weigher": _("主任委员或者秘书（变更审查）"),
    "secretary": _("委员会秘书"),
    "chair": _("主任委员"),
    "vice_chair": _("副主任委员"),
    "member": _("委员"),
    "adviser": _("顾问"),
    "presider": _("会议主持人"),
    "absentee": _("请假的委员"),
    "own_unit": _("无单位的项目负责人"),
    "voter": _("本轮表决委员"),
    "designator": _("主任委员（简易程序）"),
    "colleague": _("本委员会委员（简易程序）"),
    "urgent_acceptor": _("委员会秘书、主任委员或副主任委员（情况紧急的申请）"),
    "urgent_secretary": _("委员会秘书（应急程序）"),
    "urgent_chair": _("主任委员（应急程序）"),
    "field_adviser": _("受邀的领域顾问（应急程序）"),
    "declarer": _("宣布突发事件的主管部门监管人员"),
    "programme_manager": _("科技计划管理人员"),
    "sampler": _("组织抽查复核的主管部门监管人员"),
    "discloser": _("披露部门的监管人员"),
    "inspecting": _("组织现场检查的主管部门监管人员"),
    "inspector": _("检查组成员"),
    "watcher": _("处置预警的主管部门监管人员"),
    "institution_officer": _("单位管理人员"),
    "trainer": _("培训计划的组织者"),
    "compiler": _("汇总年度报告的主管部门监管人员"),
    "receiver": _("接收年度报告的主管部门监管人员"),
    "registrar": _("单位管理人员（清单内科技活动登记）"),
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
    "handler": _("负责调查处理的单位或者部门的人员"),
    "sector": _("行业主管部门监管人员"),
    "investigator": _("本案调查人员"),
    "respondent": _("被调查人"),
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
        inside |= Q(**lying_in(path, prefix))
    return inside


def holders(roles: Iterable[str], body: Body, at: datetime) -> PersonQuerySet:
    """The people who hold one of the roles in the body at a moment."""
    current = Appointment.objects.current(at).filter(role__in=list(roles), body_id=body.pk)
    return Person.objects.filter(is_active=True, appointments__in=current).distinct()
