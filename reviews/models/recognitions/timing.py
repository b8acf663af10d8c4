"""How long a recognised result holds."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
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
        "ladder": [timedelta(days=-days) for days in policy.value("reminders.recognition")],
        "escalate_to": [{"role": Role.SECRETARY, "body_id": one.review.committee_id}],
    }
