"""The words of warnings: what is watched, of whom, how serious it is, where it stands."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    RAISED = "raised", pgettext_lazy("warning", "待确认")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("warning", "已确认")
    ACTING = "acting", pgettext_lazy("warning", "处置中")
    CLOSED = "closed", pgettext_lazy("warning", "已办结")
    RULED_OUT = "ruled_out", pgettext_lazy("warning", "已排除")


OPEN = (State.RAISED, State.ACKNOWLEDGED, State.ACTING)
SETTLED = (State.CLOSED, State.RULED_OUT)


class Level(models.TextChoices):
    """From the lowest to the highest, as `warning.levels` names them; shown by sign and word, not by colour alone."""

    NOTICE = "notice", pgettext_lazy("warning", "提示")
    ATTENTION = "attention", pgettext_lazy("warning", "关注")
    SERIOUS = "serious", pgettext_lazy("warning", "严重")

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class About(models.TextChoices):
    COMMITTEE = "committee", _("委员会")
    INSTITUTION = "institution", _("单位")
    PROJECT = "project", _("科技活动")


class Indicator(models.TextChoices):
    LATE_FOLLOW_UPS = "late_follow_ups", pgettext_lazy("indicator", "跟踪审查逾期")
    LATE_DEADLINES = "late_deadlines", pgettext_lazy("indicator", "期限逾期未办")
    LATE_EMERGENCIES = "late_emergencies", pgettext_lazy("indicator", "应急审查逾期")
    URGENT_SHARE = "urgent_share", pgettext_lazy("indicator", "应急程序占比偏高")
    UNFIT_COMMITTEE = "unfit_committee", pgettext_lazy("indicator", "委员会组成不合规定")
    NO_DISSENT = "no_dissent", pgettext_lazy("indicator", "表决没有不同意见")
    ATTENDANCE = "attendance", pgettext_lazy("indicator", "委员到会率偏低")
    BURSTS = "bursts", pgettext_lazy("indicator", "申请骤增")
    ADVERSE_EVENT_RATE = "adverse_event_rate", pgettext_lazy("indicator", "严重不良事件率偏高")
    ADVERSE_EVENTS = "adverse_events", pgettext_lazy("indicator", "严重不良事件多发")
    SUSPENSIONS = "suspensions", pgettext_lazy("indicator", "多次暂停")
    RESUBMISSIONS = "resubmissions", pgettext_lazy("indicator", "反复提交审查")
    EARLY_STARTS = "early_starts", pgettext_lazy("indicator", "未获批准已到开始日期")
    EXPIRING = "expiring", pgettext_lazy("indicator", "批准即将到期")


@dataclass(frozen=True)
class Watch:
    """What an indicator is of. `cite`: the article whose observance it watches. `falling`: the less, the worse.
    `passing`: its number changes with every day, which by itself is no news.
    """

    about: About
    unit: str | Promise
    cite: str
    what: str | Promise
    falling: bool = False
    passing: bool = False


CASES, SHARE, DAYS = pgettext_lazy("unit", "件"), "%", pgettext_lazy("unit", "日")
TIMES, PEOPLE = pgettext_lazy("unit", "次"), pgettext_lazy("unit", "人")
# No text says at which number to warn (MW-05); whose observance is watched, the articles say.
WATCHED: dict[str, Watch] = {
    Indicator.LATE_FOLLOW_UPS: Watch(
        About.COMMITTEE, CASES, "national:19", _("委员会的跟踪审查已过应完成日期而未报告的")
    ),
    Indicator.LATE_DEADLINES: Watch(About.COMMITTEE, CASES, "national:17", _("应由委员会办理、期限已过而未办结的")),
    Indicator.LATE_EMERGENCIES: Watch(About.COMMITTEE, CASES, "national:36", _("应急审查的时限已过而未作出决定的")),
    Indicator.URGENT_SHARE: Watch(About.COMMITTEE, SHARE, "national:39", _("受理的申请中按应急程序受理的比例")),
    Indicator.UNFIT_COMMITTEE: Watch(About.COMMITTEE, CASES, "national:7", _("组成不合规定的委员会手中在办的审查")),
    Indicator.NO_DISSENT: Watch(About.COMMITTEE, SHARE, "national:8", _("全体表决一致的审查占已决定审查的比例")),
    Indicator.ATTENDANCE: Watch(About.COMMITTEE, PEOPLE, "national:8", _("到会率低于要求的委员")),
    Indicator.BURSTS: Watch(About.COMMITTEE, SHARE, "national:9", _("最近七日收到的申请与以往每周平均的比值")),
    Indicator.ADVERSE_EVENT_RATE: Watch(About.INSTITUTION, CASES, "human:26", _("每百项在研活动报告的严重不良事件")),
    Indicator.ADVERSE_EVENTS: Watch(About.PROJECT, CASES, "human:26", _("高风险活动报告的严重不良事件")),
    Indicator.SUSPENSIONS: Watch(About.PROJECT, TIMES, "national:19", _("高风险活动被暂停的次数")),
    Indicator.RESUBMISSIONS: Watch(About.PROJECT, TIMES, "national:16", _("高风险活动提交审查的次数")),
    Indicator.EARLY_STARTS: Watch(
        About.PROJECT, DAYS, "national:47", _("高风险活动计划开始日期已过而未获批准的日数"), passing=True
    ),
    Indicator.EXPIRING: Watch(
        About.PROJECT,
        DAYS,
        "national:21",
        _("高风险活动的批准、认可或者境外批准到期前的日数"),
        falling=True,
        passing=True,
    ),
}
# The numbers that a share was computed from, in words.
PARTS: dict[str, str | Promise] = {
    "accepted": _("受理的申请"),
    "urgent": _("按应急程序受理的"),
    "decided": _("有两票以上的审查决定"),
    "unanimous": _("全体一致的"),
    "below_percent": _("到会率低于（%）"),
    "recent": _("最近七日收到的申请"),
    "before": _("此前统计期内收到的申请"),
    "events": _("严重不良事件报告"),
    "running": _("在研活动"),
}
