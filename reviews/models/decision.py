"""Decision 审查决定: what a committee decided, on which version, by which rules, with which votes. Never changed."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.documents.models import Letter
from reviews.models.submission import Submission


class Outcome(models.TextChoices):
    """Measures 16. What may be concluded; the words are the law's own."""

    APPROVED = "approved", _("批准")
    MODIFICATION_REQUIRED = "modification_required", _("修改后批准")
    REVISION_REQUIRED = "revision_required", _("修改后再审")
    REJECTED = "rejected", _("不予批准")


class Decision(models.Model):
    """A row is written by `conclude` or `confirm_modification`, and the database keeps it as written."""

    frozen_when: ClassVar[str] = "TRUE"

    class Basis(models.TextChoices):
        MEETING = "meeting", _("会议审查表决")
        MODIFICATION_CONFIRMED = "modification_confirmed", _("修改内容经确认")

    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="decisions")
    number = models.CharField(_("文号"), max_length=40, unique=True)
    outcome = models.CharField(_("决定"), max_length=30, choices=Outcome.choices)
    basis = models.CharField(_("依据"), max_length=30, choices=Basis.choices)
    # A listed activity's opinion is preliminary: it approves nothing until an agreeing re-check.
    preliminary = models.BooleanField(_("初步审查意见"), default=False)
    round = models.PositiveIntegerField(_("轮次"))
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="decisions")
    submission_digest = models.CharField(_("所审版本摘要"), max_length=80)
    meeting = models.ForeignKey("reviews.Meeting", models.PROTECT, null=True, blank=True, related_name="decisions")
    presider_name = models.CharField(_("主持人"), max_length=100)
    attendance = models.JSONField(_("到会情况"), default=list)
    tally = models.JSONField(_("表决"), default=dict)
    grounds = models.JSONField(_("依据条款"), default=list)
    requirements = models.JSONField(_("修改要求"), default=list)
    # What must still be obtained before anything begins, as it stood on that day (Measures 12).
    conditions = models.JSONField(_("附带条件"), default=list)
    reasons = models.TextField(_("理由"), blank=True)
    follow_up_months = models.PositiveIntegerField(_("跟踪审查间隔（月）"), null=True)
    follow_up_due = models.DateField(_("首次跟踪审查"), null=True)
    policy = models.JSONField(_("所据规则"), default=dict)
    decided_at = models.DateTimeField(_("决定时间"))

    class Meta:
        verbose_name = _("审查决定")
        verbose_name_plural = _("审查决定")
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "round", "basis"], name="decision_once_a_round"),
            models.CheckConstraint(
                condition=~models.Q(preliminary=True, outcome=Outcome.APPROVED, basis="modification_confirmed"),
                name="decision_preliminary_not_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_outcome_display()}"

    @property
    def letter(self) -> Letter | None:
        """The letter made for it; None while a worker is still setting it."""
        return Letter.objects.filter(number=self.number).first()

    @property
    def approves(self) -> bool:
        return self.outcome == Outcome.APPROVED and not self.preliminary

    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {
            "decision": self.number,
            "outcome": self.outcome,
            "preliminary": self.preliminary,
            "submission": self.submission.number,
            "submission_digest": self.submission_digest,
            "tally": self.tally,
            "attendance": self.attendance,
            **({"conditions": self.conditions} if self.conditions else {}),
        }
