"""Who investigates, and what findings come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.responsibility import Conclusion, Responsible, Suspicion, concluded, responsible

NATIONAL = {"first_body": "institution", "unit_suspected": "superior", "no_superior": "province"}
SHANDONG = NATIONAL | {"no_superior": "province_with_city"}


def asked(rules: dict[str, str], **about: bool) -> tuple[str, str]:
    given = {"unit_known": True, "unit_suspected": False, "has_superior": False} | about
    duty = responsible(Suspicion(**given), **rules)
    return duty.body, duty.key


@pytest.mark.article("national", 49)
@pytest.mark.parametrize(
    ("about", "answer"),
    [
        ({}, ("institution", "complaint.first_body")),
        ({"has_superior": True}, ("institution", "complaint.first_body")),
        ({"unit_suspected": True, "has_superior": True}, ("superior", "complaint.unit_suspected")),
        ({"unit_suspected": True}, ("province", "complaint.no_superior")),
        ({"unit_known": False}, ("local", "complaint.anyone")),
        ({"unit_known": False, "unit_suspected": True}, ("province", "complaint.no_superior")),
    ],
)
def test_who_investigates_by_the_measures(about, answer) -> None:
    assert asked(NATIONAL, **about) == answer


@pytest.mark.article("shandong", 13)
def test_in_shandong_the_province_acts_together_with_the_city() -> None:
    assert asked(SHANDONG, unit_suspected=True) == ("province_with_city", "complaint.no_superior")
    assert asked(SHANDONG, unit_suspected=True, has_superior=True) == ("superior", "complaint.unit_suspected")


@given(st.booleans(), st.booleans(), st.booleans())
def test_a_suspected_unit_never_investigates_itself(known: bool, suspected: bool, superior: bool) -> None:
    body = responsible(Suspicion(known, suspected, superior), **SHANDONG).body

    assert (body == Responsible.INSTITUTION) == (known and not suspected)


def test_a_value_that_is_no_body_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody"):
        responsible(Suspicion(True, True, False), **NATIONAL | {"no_superior": "nobody"})  # noqa: FBT003


@given(st.lists(st.booleans()))
def test_the_conclusion_follows_from_the_findings(found: list[bool]) -> None:
    count = sum(found)
    expected = Conclusion.UNFOUNDED
    if count:
        expected = Conclusion.FOUNDED if count == len(found) else Conclusion.PARTLY

    assert concluded(found) == expected
