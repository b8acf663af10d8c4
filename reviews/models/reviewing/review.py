"""Review 审查: one committee's handling of one submission."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.models import NamedTo
from reviews.models.amending.steps import Amending
from reviews.models.reviewing.appealed import Appealed
from reviews.models.reviewing.confirming import Confirming
from reviews.models.reviewing.deliberation import Deliberation
from reviews.models.reviewing.followed import Followed
from reviews.models.reviewing.intake import Intake
from reviews.models.reviewing.revision import Revision
from reviews.models.reviewing.signing import Signing
from reviews.models.reviewing.states import OPEN_STATES
from reviews.models.reviewing.urgent import Urgent


class Review(Urgent, Intake, Signing, Amending, Deliberation, Revision, Confirming, Appealed, Followed):
    """Steps are declared by phase: intake, deliberation with the simplified procedure beside it, revision, re-check;
    what an amendment has besides, what only a confirmation has, what follows an appeal, what an approval leaves to
    follow up; and what the emergency procedure has of its own.
    """

    noun, collection, letter = "review", "reviews", "R"
    called, named_to = "project__title", NamedTo.OWN
    creators = frozenset({"lead", "acting_write"})

    class Meta:
        verbose_name = _("审查")
        verbose_name_plural = _("审查")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "committee"],
                condition=Q(kind="initial", state__in=sorted(OPEN_STATES)),
                name="review_one_open_initial",
            ),
            models.UniqueConstraint(
                fields=["project", "committee"],
                condition=Q(amends__isnull=False, state__in=sorted(OPEN_STATES)),
                name="review_one_open_amendment",
            ),
            models.CheckConstraint(condition=~Q(kind="amendment") | Q(amends__isnull=False), name="review_amends_it"),
            # Measures 32, 34: whatever the code does, no listed activity is approved on its preliminary opinion alone.
            models.CheckConstraint(
                condition=~Q(state="approved")
                | ~Q(listed=True)
                | Q(recheck_result="agreed")
                | Q(recheck_waived=True)
                # Measures 33: what was re-checked once, and whose risk the committee found not to change greatly.
                | Q(amends__isnull=False, risk_steady=True),
                name="review_listed_approved_by_recheck",
            ),
            # Measures 36: hours run only under an emergency that somebody declared.
            models.CheckConstraint(
                condition=~Q(procedure="emergency") | Q(event__isnull=False, tier__isnull=False),
                name="review_emergency_names_event",
            ),
            models.CheckConstraint(
                condition=Q(recheck_waived=False) | ~Q(exception={}), name="review_waived_has_ground"
            ),
            models.CheckConstraint(
                condition=Q(kind="follow_up") & (Q(follow_up__isnull=True) ^ Q(report__isnull=True))
                | ~Q(kind="follow_up") & Q(follow_up__isnull=True, report__isnull=True),
                name="review_follow_up_has_its_report",
            ),
        ]
        indexes = [
            models.Index(fields=["committee", "waiting_for", "next_due_at", "id"], name="review_queue"),
            models.Index(fields=["committee", "state", "-id"], name="review_committee_state"),
            models.Index(fields=["project", "-id"], name="review_project"),
        ]
