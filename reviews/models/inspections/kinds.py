"""The words of inspections: where one stands, what was found of each item, where what is to be put right stands."""

from django.db import models
from django.utils.translation import pgettext_lazy


class InspectionState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("inspection", "已计划")
    ANNOUNCED = "announced", pgettext_lazy("inspection", "已通知")
    ON_SITE = "on_site", pgettext_lazy("inspection", "检查中")
    COMMENTING = "commenting", pgettext_lazy("inspection", "征求意见")
    REPORTED = "reported", pgettext_lazy("inspection", "已出具报告")
    CLOSED = "closed", pgettext_lazy("inspection", "已办结")
    CANCELLED = "cancelled", pgettext_lazy("inspection", "已取消")


UPCOMING = (InspectionState.PLANNED, InspectionState.ANNOUNCED)
LOOKING = (InspectionState.ON_SITE, InspectionState.COMMENTING)
BEGUN = (*LOOKING, InspectionState.REPORTED, InspectionState.CLOSED)
UNDER_WAY = (*UPCOMING, *LOOKING, InspectionState.REPORTED)
# From here on whoever is inspected reads what was found; before it is the team's own.
SHOWN = (InspectionState.COMMENTING, InspectionState.REPORTED, InspectionState.CLOSED)


class Conformity(models.TextChoices):
    CONFORMS = "conforms", pgettext_lazy("inspection", "符合")
    DOES_NOT = "does_not_conform", pgettext_lazy("inspection", "不符合")
    NOT_LOOKED_AT = "not_looked_at", pgettext_lazy("inspection", "未检查")


class RectificationState(models.TextChoices):
    ORDERED = "ordered", pgettext_lazy("rectification", "待整改")
    ANSWERED = "answered", pgettext_lazy("rectification", "已答复，待核实")
    RETURNED = "returned", pgettext_lazy("rectification", "已退回，继续整改")
    CONFIRMED = "confirmed", pgettext_lazy("rectification", "已完成")


TO_DO = (RectificationState.ORDERED, RectificationState.RETURNED)
UNSETTLED = (*TO_DO, RectificationState.ANSWERED)


class Occasion(models.TextChoices):
    """What brought an inspection about; its ground in law stands beside it."""

    ROUTINE = "routine", pgettext_lazy("inspection", "年度计划")
    WARNING = "warning", pgettext_lazy("inspection", "监测预警")
    SAMPLE = "sample", pgettext_lazy("inspection", "抽查复核")
    COMPLAINT = "complaint", pgettext_lazy("inspection", "投诉举报")
    AGAIN = "again", pgettext_lazy("inspection", "整改复查")
