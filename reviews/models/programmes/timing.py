"""The terms of the deadlines of a commitment letter: each side owes its own signature."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from reviews.models.programmes.commitment import Commitment

LEAD, UNIT = "commitment.lead", "commitment.unit"


def by_lead(letter: "Commitment", policy: Policy) -> dict[str, Any]:
    return _terms(letter, policy) | {"label": _("项目负责人签署承诺书"), "person": letter.lead_id}


def by_unit(letter: "Commitment", policy: Policy) -> dict[str, Any]:
    whom = {"body": letter.institution_id, "role": Role.INSTITUTION_OFFICER}
    return _terms(letter, policy) | {"label": _("承担单位签署承诺书"), **whom}


def _terms(letter: "Commitment", policy: Policy) -> dict[str, Any]:
    """Days; a setting: Sichuan 8 says “at application”, Shandong 12 says nothing."""
    limit = policy.entry("commitment.sign_days")
    return {
        "length": limit.value,
        "unit": "days",
        "shift_holidays": policy.value("calendar.shift_holidays"),
        "citation": policy.entry("commitment.signatories").cite,
        "ladder": ladder(policy, "reminders.registration"),
        "escalate_to": levels(policy, (Role.PROGRAMME_MANAGER, letter.entry.programme.authority_id)),
    }
