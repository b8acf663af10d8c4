"""The words of programmes: the states of a programme, of a project in it and of its commitment letter."""

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ethicsreview.policy import Policy
from ethicsreview.policy.words import said
from reviews.rules import gates


class ProgrammeState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("programme", "筹备中")
    OPEN = "open", pgettext_lazy("programme", "实施中")
    CLOSED = "closed", pgettext_lazy("programme", "已结束")


class EntryState(models.TextChoices):
    ENTERED = "entered", pgettext_lazy("programme", "已列入")
    REMOVED = "removed", pgettext_lazy("programme", "已移出")


class CommitmentState(models.TextChoices):
    UNSIGNED = "unsigned", pgettext_lazy("commitment", "待签署")
    HALF_SIGNED = "half_signed", pgettext_lazy("commitment", "一方已签署")
    SIGNED = "signed", pgettext_lazy("commitment", "已签署")
    VOID = "void", pgettext_lazy("commitment", "已作废")


class LookupState(models.TextChoices):
    ANSWERED = "answered", pgettext_lazy("lookup", "已答复")


class Purpose(models.TextChoices):
    """What somebody's ethics record counts for (Sichuan 12)."""

    PROJECT = "project", _("科研项目")
    TALENT = "talent", _("人才项目")
    AWARD = "award", _("奖励项目")


CHECK_NAMES = {
    gates.BAN: _("限制承担或者参与"),
    gates.COMMITMENT: _("承诺书"),
    gates.STANDSTILL: _("不予批准、暂停、终止"),
    gates.REVIEW: _("伦理审查"),
    gates.RECHECK: _("专家复核"),
    gates.FOLLOW_UP: _("跟踪审查"),
    gates.ANNUAL_REPORT: _("年度报告"),
}


def stages_of(policy: Policy) -> dict[str, str]:
    """The stages that the rules of the place know (Shandong 12, Sichuan 10), in words; none where none is stated."""
    if not policy.has("programme.stages"):
        return {}
    entry = policy.entry("programme.stages")
    return {stage: capfirst(said(entry.question.choices[stage])) for stage in entry.value}
