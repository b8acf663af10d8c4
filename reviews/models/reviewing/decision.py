"""Decision 审查决定: what a committee decided, on which version, by which rules, with which votes. Never changed."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ethicsreview.documents.models import Letter
from reviews.models.reviewing.wording import outcome_word
from reviews.models.submissions.submission import Submission


class Outcome(models.TextChoices):
    """Measures 16. What may be concluded; the words are the law's own."""

    APPROVED = "approved", pgettext_lazy("decision", "批准")
    MODIFICATION_REQUIRED = "modification_required", pgettext_lazy("decision", "修改后批准")
    REVISION_REQUIRED = "revision_required", pgettext_lazy("decision", "修改后再审")
    REJECTED = "rejected", pgettext_lazy("decision", "不予批准")
    # Measures 19, 20: of an activity that was approved.
    CONTINUED = "continued", pgettext_lazy("decision", "继续实施")
    SUSPENDED = "suspended", pgettext_lazy("decision", "暂停实施")
    TERMINATED = "terminated", pgettext_lazy("decision", "终止实施")
    REREVIEW_REQUIRED = "rereview_required", pgettext_lazy("decision", "重新审查")
    # Measures 26: of a listed activity, before its re-check. It approves nothing.
    PRELIMINARILY_PASSED = "preliminarily_passed", pgettext_lazy("decision", "初审通过")


# What an applicant may object to (Measures 18): a refusal, an approval that is not yet one, and what takes an approval
# away. One who was given what they asked for has nothing to appeal against.
APPEALABLE = frozenset(
    {
        *(Outcome.REJECTED, Outcome.MODIFICATION_REQUIRED, Outcome.REVISION_REQUIRED),
        *(Outcome.SUSPENDED, Outcome.TERMINATED, Outcome.REREVIEW_REQUIRED),
    }
)


class Decision(models.Model):
    """A row is written by `conclude` or `confirm_modification`, and the database keeps it as written."""

    frozen_when: ClassVar[str] = "TRUE"

    class Basis(models.TextChoices):
        RECOGNITION = "recognition", _("认可其他委员会的审查结果")
        MEETING = "meeting", _("会议审查表决")
        MODIFICATION_CONFIRMED = "modification_confirmed", _("修改内容经确认")
        SIMPLIFIED = "simplified", _("简易程序审查，承办委员一致同意")
        RECHECK = "recheck", _("会议审查并经专家复核")
        ADMINISTRATIVE_APPROVAL = "administrative_approval", _("会议审查，国家已实行行政审批，免予复核")

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
    # What a decision on a listed activity rests on besides the vote: the panel's report, or the State's approval.
    recheck = models.ForeignKey(
        "reviews.RecheckReport", models.PROTECT, null=True, blank=True, related_name="decisions", editable=False
    )
    exception = models.JSONField(_("免予复核的认定"), default=dict, blank=True, editable=False)
    # The event and the tier under which it was urgent, as they were on that day; empty in any other procedure.
    emergency = models.JSONField(_("应急程序"), default=dict, blank=True, editable=False)
    # The recognised result that stands in the place of a vote (Measures 21); kept by what follows from it.
    recognition = models.ForeignKey(
        "reviews.Recognition", models.PROTECT, null=True, blank=True, related_name="decisions", editable=False
    )
    follow_up_months = models.PositiveIntegerField(_("跟踪审查间隔（月）"), null=True)
    follow_up_due = models.DateField(_("首次跟踪审查"), null=True)
    policy = models.JSONField(_("所据规则"), default=dict)
    decided_at = models.DateTimeField(_("决定时间"))

    class Meta:
        verbose_name = _("审查决定")
        verbose_name_plural = _("审查决定")
        ordering = ["-decided_at", "-pk"]
        indexes = [
            # What the public register lists.
            models.Index(
                fields=["-decided_at", "-id"],
                condition=models.Q(outcome="approved", preliminary=False),
                name="decision_approvals",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["review", "round", "basis"], name="decision_once_a_round"),
            models.CheckConstraint(
                condition=~models.Q(preliminary=True, outcome=Outcome.APPROVED, basis="modification_confirmed"),
                name="decision_preliminary_not_confirmed",
            ),
            # Measures 24: whatever is not an approval goes to a meeting; a listed activity never came this way.
            models.CheckConstraint(
                condition=~models.Q(basis="simplified")
                | models.Q(outcome__in=[Outcome.APPROVED, Outcome.CONTINUED], preliminary=False, meeting__isnull=True),
                name="decision_simplified_approves",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=Outcome.PRELIMINARILY_PASSED) | models.Q(preliminary=True),
                name="decision_passed_is_preliminary",
            ),
            models.CheckConstraint(
                condition=models.Q(basis="recheck", recheck__isnull=False)
                | ~models.Q(basis="recheck") & models.Q(recheck__isnull=True),
                name="decision_by_recheck_names_it",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis="recognition")
                | models.Q(recognition__isnull=False, meeting__isnull=True)
                & models.Q(outcome__in=[Outcome.APPROVED, Outcome.PRELIMINARILY_PASSED]),
                name="decision_by_recognition_names_it",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis="administrative_approval") | ~models.Q(exception={}),
                name="decision_exception_has_ground",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.outcome_word}"

    @property
    def outcome_word(self) -> str:
        """The outcome as people see it: nothing is called an approval before its re-check."""
        return str(outcome_word(self))

    @property
    def letter(self) -> Letter | None:
        """The letter made for it; None while a worker is still setting it."""
        return Letter.objects.filter(number=self.number).first()

    @property
    def is_simplified(self) -> bool:
        return self.basis == self.Basis.SIMPLIFIED

    @property
    def is_recognition(self) -> bool:
        return self.recognition_id is not None

    @property
    def approves(self) -> bool:
        return self.outcome == Outcome.APPROVED and not self.preliminary

    @property
    def appealable(self) -> bool:
        return self.outcome in APPEALABLE

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
