"""Review 审查: one committee's handling of one submission."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.reviewing.appealed import Appealed
from reviews.models.reviewing.confirming import Confirming
from reviews.models.reviewing.deliberation import Deliberation
from reviews.models.reviewing.intake import Intake
from reviews.models.reviewing.revision import Revision
from reviews.models.reviewing.states import OPEN_STATES


class Review(Intake, Deliberation, Revision, Confirming, Appealed):
    """Steps are declared by phase: intake, deliberation with the simplified procedure beside it, revision, re-check;
    what only a confirmation has, and what follows an appeal.
    """

    noun, collection, letter = "review", "reviews", "R"
    creators = frozenset({"lead"})

    class Meta:
        verbose_name = _("审查")
        verbose_name_plural = _("审查")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "committee"],
                condition=Q(kind="initial", state__in=sorted(OPEN_STATES)),
                name="review_one_open_initial",
            ),
            # Measures 32, 34: whatever the code does, no listed activity is approved on its preliminary opinion alone.
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(listed=True) | Q(recheck_result="agreed") | Q(recheck_waived=True),
                name="review_listed_approved_by_recheck",
            ),
            models.CheckConstraint(
                condition=Q(recheck_waived=False) | ~Q(exception={}), name="review_waived_has_ground"
            ),
        ]
        indexes = [
            models.Index(fields=["committee", "waiting_for", "next_due_at", "id"], name="review_queue"),
            models.Index(fields=["committee", "state", "-id"], name="review_committee_state"),
            models.Index(fields=["project", "-id"], name="review_project"),
        ]
