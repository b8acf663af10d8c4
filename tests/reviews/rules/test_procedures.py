import pytest

from reviews.rules.procedures import open_procedures
from tests.reviews.rules.answers import (
    BCI,
    DRUG_TRIAL,
    OUT_OF_SCOPE,
    QUESTIONNAIRE,
    RECORDS,
    SURVEY,
    concluded,
)

ALL = {"general", "simplified", "emergency", "exempt", "not_required"}


def codes(answers, kind="initial", available=ALL, facts=None, **changes):
    conclusions = concluded(answers, **changes)
    found = open_procedures(conclusions, QUESTIONNAIRE, kind=kind, available=available, facts=facts)
    return {key: [refusal.code for refusal in reasons] for key, reasons in found.refusals.items()}


@pytest.mark.article("national", 22)
@pytest.mark.parametrize(
    ("answers", "kind", "facts", "expected"),
    [
        (SURVEY, "initial", {}, []),
        (DRUG_TRIAL, "initial", {}, ["above_minimal_risk"]),
        (DRUG_TRIAL, "rereview", {}, ["above_minimal_risk"]),
        (DRUG_TRIAL, "amendment", {"small_change": True}, []),
        (DRUG_TRIAL, "amendment", {"small_change": False}, ["change_not_small"]),
        (DRUG_TRIAL, "amendment", {}, ["change_not_small"]),
        (DRUG_TRIAL, "follow_up", {"earlier_major_change": False}, []),
        (DRUG_TRIAL, "follow_up", {"earlier_major_change": True}, ["earlier_major_change"]),
        (DRUG_TRIAL, "confirmation", {}, ["confirmation_not_simplified"]),
        (BCI, "initial", {}, ["listed_never_simplified", "above_minimal_risk"]),
        (BCI, "amendment", {"small_change": True}, ["listed_never_simplified"]),
        (OUT_OF_SCOPE, "initial", {}, ["not_in_scope"]),
    ],
)
def test_when_the_simplified_procedure_is_shut(answers, kind, facts, expected):
    assert codes(answers, kind, facts=facts)["simplified"] == expected


@pytest.mark.article("shandong", 8)
def test_confirmation_is_simplified_where_the_province_says_so():
    facts = {"confirmation_procedure": "simplified"}

    assert codes(DRUG_TRIAL, "confirmation", facts=facts)["simplified"] == []


@pytest.mark.article("national", 36)
def test_the_emergency_procedure_needs_an_emergency():
    assert codes(SURVEY)["emergency"] == ["not_an_emergency"]
    assert codes(SURVEY, responds_to_emergency=True)["emergency"] == []


@pytest.mark.article("human", 32)
def test_exemption_is_open_only_where_it_is_possible():
    assert codes(RECORDS)["exempt"] == []
    assert codes(SURVEY)["exempt"] == ["exemption_not_possible"]


def test_what_is_not_available_yet_is_refused_beside_the_law():
    conclusions = concluded(DRUG_TRIAL)

    found = open_procedures(conclusions, QUESTIONNAIRE, kind="initial", available={"general"})

    assert found.open == ("general",)
    assert [(r.code, r.cite) for r in found.refusals["simplified"]] == [
        ("above_minimal_risk", "national:22"),
        ("procedure_not_available_yet", None),
    ]
    assert found.refusals["simplified"][1].params == {"procedure": "simplified"}


def test_undeclared_facts_are_refused():
    with pytest.raises(ValueError, match=r"review_kind='party', mood=True"):
        open_procedures(concluded(SURVEY), QUESTIONNAIRE, kind="party", available=ALL, facts={"mood": True})
