"""Which case lets a review take the simplified procedure, and what ends it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.procedures import grounds, open_procedures
from reviews.rules.simplified import CONCERNS, Given, triggers, unanimous
from reviews.rules.votes import VERDICTS
from tests.reviews.rules.answers import BCI, DRUG_TRIAL, OUT_OF_SCOPE, QUESTIONNAIRE, SURVEY, concluded

CASES = ("minimal_risk", "minor_change", "follow_up_unchanged", "confirmation")
NATIONAL = CASES[:3]
KINDS = ("initial", "amendment", "confirmation", "rereview", "appeal", "follow_up")


def cases(answers, kind, allowed=CASES, **facts):
    return grounds("simplified", concluded(answers), QUESTIONNAIRE, kind=kind, allowed=allowed, facts=facts)


@pytest.mark.article("national", 22)
@pytest.mark.parametrize(
    ("answers", "kind", "facts", "expected"),
    [
        (SURVEY, "initial", {}, ("minimal_risk",)),
        (DRUG_TRIAL, "initial", {}, ()),
        (DRUG_TRIAL, "amendment", {"small_change": True}, ("minor_change",)),
        (DRUG_TRIAL, "amendment", {"small_change": False}, ()),
        (DRUG_TRIAL, "amendment", {}, ()),
        (SURVEY, "amendment", {"small_change": True}, ("minimal_risk", "minor_change")),
        (DRUG_TRIAL, "follow_up", {"earlier_major_change": False}, ("follow_up_unchanged",)),
        (DRUG_TRIAL, "follow_up", {"earlier_major_change": True}, ()),
        (DRUG_TRIAL, "confirmation", {"confirmation_procedure": "general"}, ()),
    ],
)
def test_the_three_cases_of_the_measures(answers, kind, facts, expected):
    assert cases(answers, kind, allowed=NATIONAL, **facts) == expected


@pytest.mark.article("human", 31)
@pytest.mark.article("shandong", 8)
def test_confirmation_is_a_case_only_where_a_rule_says_so():
    said = {"confirmation_procedure": "simplified"}

    assert cases(DRUG_TRIAL, "confirmation", **said) == ("confirmation",)
    assert cases(DRUG_TRIAL, "confirmation", allowed=NATIONAL, **said) == ()


def test_the_procedure_is_open_exactly_where_a_case_lets_it_in():
    """The bars say why not, the cases why: over every kind and fact the two must agree, but for what is never so."""
    facts = [
        {"small_change": small, "earlier_major_change": major, "confirmation_procedure": way}
        for small, major, way in product((True, False), (True, False), ("simplified", "general"))
    ]
    for answers, kind, given_facts in product((SURVEY, DRUG_TRIAL, BCI, OUT_OF_SCOPE), KINDS, facts):
        offers = open_procedures(
            concluded(answers), QUESTIONNAIRE, kind=kind, available={"simplified"}, facts=given_facts
        )
        never = {reason.code for reason in offers.refusals["simplified"]} & {
            "listed_never_simplified",
            "not_in_scope",
            "appeal_by_meeting",
        }
        lets_in = bool(cases(answers, kind, **given_facts)) and not never
        assert offers.is_open("simplified") == lets_in, (kind, given_facts, offers.refusals["simplified"])


def test_a_general_review_rests_on_no_case():
    assert grounds("general", concluded(SURVEY), QUESTIONNAIRE, kind="initial", allowed=CASES) == ()


APPROVES = Given("approved")


@pytest.mark.article("national", 24)
@pytest.mark.parametrize(
    ("opinions", "expected"),
    [
        ([], ()),
        ([APPROVES], ()),
        ([APPROVES, APPROVES], ()),
        ([Given("rejected")], ("negative",)),
        ([APPROVES, Given("rejected")], ("negative", "disagreement")),
        ([Given("modification_required")], ("doubt",)),
        ([Given("revision_required")], ("doubt",)),
        ([Given("approved", frozenset({"doubt"}))], ("doubt",)),
        ([Given("approved", criterion_fails=True)], ("doubt",)),
        ([Given("approved", frozenset({"risk_benefit_change"})), APPROVES], ("risk_benefit_change",)),
        ([APPROVES, Given("modification_required")], ("doubt", "disagreement")),
        ([Given("rejected"), Given("rejected")], ("negative",)),
    ],
)
def test_what_turns_it_into_a_meeting(opinions, expected):
    assert triggers(opinions) == expected


one_opinion = st.builds(
    Given, st.sampled_from(VERDICTS), st.frozensets(st.sampled_from(CONCERNS)), criterion_fails=st.booleans()
)


@given(st.lists(one_opinion, max_size=4), st.integers(0, 4))
def test_only_unreserved_approvals_of_all_are_unanimous(opinions, designated):
    plain = [one.verdict == "approved" and not one.concerns and not one.criterion_fails for one in opinions]

    assert unanimous(opinions, designated) == (bool(plain) and all(plain) and len(plain) == designated)
    assert (triggers(opinions) == ()) == all(plain)
