"""The terms of the deadlines of a collaboration: no text sets them, so they are settings of the service."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.ladders import Seat, ladder, levels
from ethicsreview.policy import Policy, policy_for

if TYPE_CHECKING:
    from reviews.models.collaborations.collaboration import Collaboration
    from reviews.models.collaborations.participation import Participation

REPLY, CONFIRM = "participation.reply", "participation.confirm"


def policy_of(collaboration: "Collaboration", at: datetime) -> Policy:
    return policy_for(region=collaboration.project.region, at=at)


def reply(one: "Participation", policy: Policy) -> dict[str, Any]:
    """The invited unit's officers answer."""
    limit = policy.entry("collaboration.reply_days")
    return {
        "label": _("答复协作审查的邀请"),
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "body": one.institution_id,
        "role": Role.INSTITUTION_OFFICER,
        "ladder": ladder(policy, "reminders.collaboration"),
        "escalate_to": levels(policy, *_lead_units(one)),
    }


def confirm(one: "Participation", policy: Policy) -> dict[str, Any]:
    """Shandong 8 asks for timeliness and names no days: from the lead unit's decision, or from joining after it."""
    limit = policy.entry("collaboration.confirm_days")
    return {
        "label": _("就牵头单位的审查意见作出决定"),
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "person": one.local_lead_id,
        "body": one.institution_id,
        "ladder": ladder(policy, "reminders.collaboration"),
        "escalate_to": levels(policy, (Role.INSTITUTION_OFFICER, one.institution_id), *_lead_units(one)),
    }


def _lead_units(one: "Participation") -> list[Seat]:
    """The lead unit holds the collaboration together."""
    return [(Role.INSTITUTION_OFFICER, one.collaboration.project.institution_id)]
