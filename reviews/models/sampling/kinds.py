"""The words of a sample: its states, how its population is divided, what its size rests on."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PlanState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("sampling", "拟订中")
    PUBLISHED = "published", pgettext_lazy("sampling", "已公布")
    FROZEN = "frozen", pgettext_lazy("sampling", "总体已固定")
    DRAWN = "drawn", pgettext_lazy("sampling", "已抽取")
    CLOSED = "closed", pgettext_lazy("sampling", "已办结")
    WITHDRAWN = "withdrawn", pgettext_lazy("sampling", "已撤销")


class ItemState(models.TextChoices):
    DRAWN = "drawn", pgettext_lazy("sampling", "待检查")
    IN_ORDER = "in_order", pgettext_lazy("sampling", "未发现问题")
    FINDINGS = "findings", pgettext_lazy("sampling", "发现问题")
    RECTIFYING = "rectifying", pgettext_lazy("sampling", "整改中")
    ANSWERED = "answered", pgettext_lazy("sampling", "整改待核实")
    RECTIFIED = "rectified", pgettext_lazy("sampling", "已整改")


# Something is still to be done about it; a plan is not closed before.
UNSETTLED = frozenset({ItemState.DRAWN, ItemState.RECTIFYING, ItemState.ANSWERED})
WITH_FINDINGS = frozenset({ItemState.FINDINGS, ItemState.RECTIFYING, ItemState.ANSWERED, ItemState.RECTIFIED})


class Strata(models.TextChoices):
    NONE = "none", pgettext_lazy("sampling", "不分层")
    CITY = "city", pgettext_lazy("sampling", "按市（州）")
    PROCEDURE = "procedure", pgettext_lazy("sampling", "按审查程序")
    RESULT = "result", pgettext_lazy("sampling", "按审查结果")


class Basis(models.TextChoices):
    RATE = "rate", pgettext_lazy("sampling", "按比例")
    CONFIDENCE = "confidence", pgettext_lazy("sampling", "按允许误差和置信度")


class Confidence(models.IntegerChoices):
    """Percent."""

    NINETY = 90, "90%"
    NINETY_FIVE = 95, "95%"
    NINETY_NINE = 99, "99%"


class UnitKind(models.TextChoices):
    REVIEW = "review", _("审查")
    EXEMPTION = "exemption", _("免除审查")
