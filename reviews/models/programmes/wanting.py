"""Which projects sign the commitment letter, which text, and who owes it (Sichuan 8, Shandong 12)."""

from typing import TYPE_CHECKING, Any

from ethicsreview.accounts.models import Institution
from ethicsreview.policy import Policy, UnknownPolicyKey
from reviews.rules.gates import letter_wanted

if TYPE_CHECKING:
    from reviews.models.programmes.entry import ProgrammeEntry

# The rule of a place names the fields, or else asks it of those in which a committee must be set up (Sichuan 2).
FIELDS = ("commitment.fields", "committee.required_fields")
TEXTS = {False: "programme_ethics", True: "programme_ethics_and_integrity"}


def letter_rule(entry: "ProgrammeEntry", policy: Policy) -> str | None:
    """The article by which this project's letter is signed; None where none is."""
    if not policy.has("commitment.signatories"):
        return None
    rule = policy.entry("commitment.signatories")
    fields: Any = next((policy.value(key) for key in FIELDS if policy.has(key)), ())
    wanted = letter_wanted(
        entry.field_now,
        fields=fields,
        fiscal=entry.programme.fiscal,
        fiscal_only=policy.value("commitment.fiscal_only", default=False),
    )
    return rule.cite if wanted else None


def text_key(policy: Policy) -> str:
    """Shandong's letter is on integrity too."""
    try:
        return TEXTS["integrity" in policy.value("commitment.covers")]
    except UnknownPolicyKey:
        return TEXTS[False]


def signed_by_lead_alone(institution: Institution) -> bool:
    """Nobody signs for the unit of a person who belongs to none (Measures 13)."""
    return institution.type == Institution.Type.INDIVIDUAL
