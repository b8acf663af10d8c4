"""How long a recognised result holds."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.policy import Policy
from reviews.models.reviewing.timing import end_of_day

if TYPE_CHECKING:
    from reviews.models.recognitions.recognition import Recognition

TERM = "recognition.term"


def term(one: "Recognition", policy: Policy) -> dict[str, Any]:
    """Before its last day the lead applies for the unit's own review, or asks anew."""
    assert one.valid_until is not None
    return {
        "label": _("结果互认的期限届满"),
        "due_at": end_of_day(one.valid_until),
        "citation": policy.entry("recognition.term_months").cite,
        "person": one.review.project.lead_id,
        "body": one.review.committee_id,
        "ladder": ladder(policy, "reminders.recognition"),
        "escalate_to": levels(
            policy,
            (Role.SECRETARY, one.review.committee_id),
            (Role.INSTITUTION_OFFICER, one.review.project.institution_id),
        ),
    }
