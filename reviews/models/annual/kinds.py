"""The words of annual reports: whose they are, where they stand, and what each figure counts."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reviews.models.following.report import Report
from reviews.models.reviewing.decision import Outcome
from reviews.models.reviewing.review import Review


class Level(models.TextChoices):
    COMMITTEE = "committee", pgettext_lazy("annual report", "委员会工作报告")
    CITY = "city", pgettext_lazy("annual report", "市级汇总报告")
    PROVINCE = "province", pgettext_lazy("annual report", "省级汇总报告")


class AnnualState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("annual report", "起草中")
    RETURNED = "returned", pgettext_lazy("annual report", "已退回")
    SIGNED = "signed", pgettext_lazy("annual report", "已签署")
    SUBMITTED = "submitted", pgettext_lazy("annual report", "已提交")
    ACCEPTED = "accepted", pgettext_lazy("annual report", "已接收")


WRITABLE = (AnnualState.DRAFT, AnnualState.RETURNED)
# What a department is shown of another's report, and what is summed up.
HANDED_IN = (AnnualState.SUBMITTED, AnnualState.ACCEPTED)
SHOWN_ABOVE = (AnnualState.SUBMITTED, AnnualState.RETURNED, AnnualState.ACCEPTED)

SUMS: dict[str, str | Promise] = {
    "committees": _("提交报告的委员会"),
    "members": _("年末委员人数"),
    "trained": _("本年参加培训的人员"),
    "meetings": _("召开会议"),
    "received": _("收到申请"),
    "decided": _("作出决定"),
    "late": _("逾期作出的决定"),
    "dissent": _("表决意见不一致的决定"),
    "listed": _("清单内科技活动的决定"),
    "appeals": _("收到申诉"),
}
HEADS: dict[str, str | Promise] = {
    "outcome": _("决定"),
    "procedure": _("程序"),
    "follow_up": _("跟踪审查"),
    "report": _("报告"),
    "duty": _("履职"),
}
# What departments did; counted in their own reports alone (annual/duties.py).
DUTIES: dict[str, str | Promise] = {
    "inspections": _("开展现场检查"),
    "inspections_closed": _("办结现场检查"),
    "rectifications": _("责令整改事项"),
    "rectified": _("完成整改事项"),
    "warnings": _("发出预警"),
    "warnings_settled": _("办结预警"),
    "samples": _("开展抽查复核"),
    "samples_examined": _("抽查复核件数"),
    "complaints": _("收到投诉举报"),
    "investigations": _("立案调查"),
    "investigations_concluded": _("调查结案"),
    "sanctions": _("作出处理决定"),
}
FOLLOW_UP = {"due": _("本年到期"), "done": _("已完成")}


def label_of(name: str) -> str:
    """A figure's name in the reader's words."""
    head, _point, part = name.partition(".")
    if not part:
        return str(SUMS.get(head, head))
    parts = {
        "outcome": dict(Outcome.choices),
        "procedure": dict(Review.Procedure.choices),
        "report": dict(Report._meta.get_field("kind").flatchoices),
        "follow_up": FOLLOW_UP,
        "duty": DUTIES,
    }.get(head, {})
    return str(_("：")).join([str(HEADS.get(head, head)), str(parts.get(part, part))])


def lines_of(figures: dict[str, int]) -> list[tuple[str, int]]:
    """Every figure but the single days, in a fixed order: the sums, nought included, then the parts that occur."""
    sums = [(label_of(name), figures.get(name, 0)) for name in SUMS]
    order = list(HEADS)
    parts = [name for name in figures if name.partition(".")[0] in HEADS]
    parts.sort(key=lambda name: (order.index(name.partition(".")[0]), name))
    return sums + [(label_of(name), figures[name]) for name in parts]
