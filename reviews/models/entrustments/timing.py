"""The terms of an agreement's deadlines."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Institution, Role
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.policy import Policy
from reviews.models.reviewing.timing import end_of_day

if TYPE_CHECKING:
    from reviews.models.entrustments.entrustment import Entrustment

REPLY, EXPIRY = "entrustment.reply", "entrustment.expiry"


def reply(one: "Entrustment", policy: Policy) -> dict[str, Any]:
    limit = policy.entry("entrustment.reply_days")
    owner = one.trustee.institution_id
    return {
        "label": _("答复委托审查"),
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "body": owner or one.trustee_id,
        "role": Role.INSTITUTION_OFFICER if owner else Role.CHAIR,
        "ladder": ladder(policy, "reminders.entrustment"),
        "escalate_to": levels(policy, (Role.CHAIR, one.trustee_id) if owner else None),
    }


def expiry(one: "Entrustment", policy: Policy) -> dict[str, Any]:
    """The entrusting side renews it, or finds another committee, before its last day."""
    assert one.ends is not None
    alone = one.institution.type == Institution.Type.INDIVIDUAL
    return {
        "label": _("委托审查协议期满"),
        "due_at": end_of_day(one.ends),
        "citation": policy.entry("entrustment.cases").cite,
        "body": one.institution_id,
        "role": Role.RESEARCHER if alone else Role.INSTITUTION_OFFICER,
        "ladder": ladder(policy, "reminders.entrustment"),
        # Both sides know that nothing new can be begun.
        "escalate_to": levels(policy, (Role.SECRETARY, one.trustee_id)),
    }
