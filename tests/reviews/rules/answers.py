"""Complete sets of answers that tests start from."""

from datetime import date
from typing import Any

from ethicsreview.policy import catalogues
from reviews.rules.conclusions import Conclusions
from reviews.rules.routing import assess

DAY = date(2026, 6, 1)
QUESTIONNAIRE = catalogues.questionnaire(DAY)

OUT_OF_SCOPE: dict[str, Any] = {
    "fields": ["engineering"],
    "sensitive_content": False,
    "involves_humans": False,
    "involves_animals": False,
    "other_challenge": False,
    "other_legal": False,
    "listed_any": False,
    "risk_level": "minimal",
    "committee_situation": "own",
    "several_units_take_part": False,
    "international_cooperation": False,
    "funded_by_state": False,
    "responds_to_emergency": False,
}
ANIMALS = OUT_OF_SCOPE | {
    "fields": ["life_science"],
    "involves_animals": True,
    "animal_severity": "moderate",
    "risk_level": "above_minimal",
}
SURVEY = OUT_OF_SCOPE | {
    "fields": ["social_science"],
    "involves_humans": True,
    "human_involvement": ["participants"],
    "human_life_science": False,
    "intervention": "none",
    "vulnerable": False,
    "sensitive_data": False,
}
DRUG_TRIAL = OUT_OF_SCOPE | {
    "fields": ["medicine"],
    "involves_humans": True,
    "human_involvement": ["participants", "samples", "data"],
    "human_life_science": True,
    "intervention": "invasive",
    "trial": "drug",
    "vulnerable": True,
    "vulnerable_kinds": ["minors"],
    "sensitive_data": True,
    "risk_level": "above_minimal",
}
RECORDS = OUT_OF_SCOPE | {
    "fields": ["medicine"],
    "involves_humans": True,
    "human_involvement": ["data"],
    "human_life_science": True,
    "sensitive_data": False,
    "existing_only": True,
    "bodily_harm": False,
    "commercial": False,
    "exemption_head": "anonymised",
}
BCI = DRUG_TRIAL | {
    "trial": "device",
    "listed_any": True,
    "listed_items": ["invasive_bci"],
    "administrative_approval": False,
}
AI = OUT_OF_SCOPE | {
    "fields": ["ai"],
    "other_challenge": True,
    "challenge_kinds": ["public_order"],
    "ai_affects_people": True,
    "risk_level": "above_minimal",
}


def concluded(answers: dict[str, Any], day: date = DAY, **changes: Any) -> Conclusions:
    """Of the answers with some changed; None takes an answer away."""
    given = {key: value for key, value in (answers | changes).items() if value is not None}
    found = assess(given, catalogues.questionnaire(day))
    assert found.complete, (found.missing, found.invalid)
    return found
