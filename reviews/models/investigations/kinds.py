"""The words of an investigation: its states, those of each respondent, what evidence there is."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InvestigationState(models.TextChoices):
    INVESTIGATING = "investigating", pgettext_lazy("investigation", "调查中")
    FOUNDED = "founded", pgettext_lazy("investigation", "属实")
    PARTLY = "partly_founded", pgettext_lazy("investigation", "部分属实")
    UNFOUNDED = "unfounded", pgettext_lazy("investigation", "不属实")


class RespondentState(models.TextChoices):
    NAMED = "named", pgettext_lazy("respondent", "调查中")
    NOTIFIED = "notified", pgettext_lazy("respondent", "已告知，待陈述申辩")
    STATED = "stated", pgettext_lazy("respondent", "已陈述申辩")
    ESTABLISHED = "established", pgettext_lazy("respondent", "违规属实")
    CLEARED = "cleared", pgettext_lazy("respondent", "未发现违规")


# From here on the respondent sees their own part, and nothing of it before.
TOLD = frozenset({RespondentState.NOTIFIED, RespondentState.STATED, RespondentState.ESTABLISHED})
SETTLED = frozenset({RespondentState.ESTABLISHED, RespondentState.CLEARED})


class Origin(models.TextChoices):
    COMPLAINT = "complaint", _("投诉举报")
    OWN_MOTION = "own_motion", _("主动发现")
    SAMPLING = "sampling", _("抽查复核")
    AUDIT = "audit", _("案件审计")
    INSPECTION = "inspection", _("现场检查")


class EvidenceKind(models.TextChoices):
    DOCUMENT = "document", _("书证")
    STATEMENT = "statement", _("询问笔录")
    INSPECTION = "inspection", _("现场检查记录")
    EXPERT = "expert", _("专家咨询意见")
