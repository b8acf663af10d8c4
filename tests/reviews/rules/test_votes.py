from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.policy import policy_for
from reviews.rules.votes import (
    ABSTAIN,
    APPROVED,
    MODIFICATION_REQUIRED,
    REJECTED,
    REVISION_REQUIRED,
    VERDICTS,
    Formula,
    tally,
    votes_needed,
)

NATIONAL = Formula(2, 3, "attending")
HUMAN = Formula(1, 2, "all_members", strict=True)


def vote(*, members, attending, formulas=(NATIONAL,), **verdicts):
    ballots, voters = {}, iter(range(attending))
    for verdict, number in verdicts.items():
        ballots |= {next(voters): verdict for _ in range(number)}
    return tally(ballots, attending=range(attending), all_members=range(members), formulas=formulas)


@pytest.mark.article("national", 16)
@pytest.mark.parametrize(("attending", "needed"), [(5, 4), (6, 4), (7, 5), (8, 6), (9, 6), (11, 8), (1, 1), (0, 1)])
def test_votes_needed_of_those_attending(attending, needed):
    assert votes_needed(NATIONAL, attending) == needed


@pytest.mark.article("human", 22)
@pytest.mark.parametrize(("members", "needed"), [(7, 4), (8, 5), (9, 5), (10, 6), (11, 6)])
def test_votes_needed_of_all_members(members, needed):
    assert votes_needed(HUMAN, members) == needed


@pytest.mark.article("national", 16)
@pytest.mark.parametrize(
    ("attending", "approved", "verdict"),
    [(6, 4, APPROVED), (6, 3, None), (5, 4, APPROVED), (5, 3, None), (9, 6, APPROVED), (9, 5, None)],
)
def test_exactly_two_thirds_carries_and_just_under_does_not(attending, approved, verdict):
    outcome = vote(members=11, attending=attending, approved=approved, rejected=attending - approved)

    assert outcome.verdict == verdict


@pytest.mark.article("national", 16)
@pytest.mark.article("human", 22)
@pytest.mark.parametrize(
    ("members", "attending", "approved", "verdict"),
    [
        (7, 5, 4, APPROVED),
        (7, 5, 3, None),  # neither
        (7, 7, 4, None),  # more than half of all, under two thirds of those attending
        (11, 6, 5, None),  # two thirds of those attending, under half of all
        (8, 6, 4, None),  # exactly half of all is not more than half
        (11, 9, 6, APPROVED),
    ],
)
def test_both_formulas_must_be_met_where_both_apply(members, attending, approved, verdict):
    outcome = vote(members=members, attending=attending, formulas=(NATIONAL, HUMAN), approved=approved)

    assert outcome.verdict == verdict


def test_no_verdict_is_inferred_from_another():
    outcome = vote(members=7, attending=7, approved=3, modification_required=4)

    assert outcome.verdict is None
    assert [(count.verdict, count.have, count.need) for count in outcome.counts] == [
        (APPROVED, 3, 5),
        (MODIFICATION_REQUIRED, 4, 5),
        (REVISION_REQUIRED, 0, 5),
        (REJECTED, 0, 5),
    ]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_reached_by_the_same_formula(verdict):
    assert vote(members=7, attending=6, **{verdict: 4}).verdict == verdict


def test_an_abstention_stays_among_those_counted():
    outcome = vote(members=7, attending=6, approved=3, abstain=3)

    assert outcome.verdict is None
    assert (outcome.abstained, outcome.not_voted) == (3, 0)


def test_no_votes_decide_nothing():
    outcome = vote(members=7, attending=5)

    assert (outcome.verdict, outcome.not_voted) == (None, 5)


def test_all_recused_decides_nothing():
    outcome = vote(members=7, attending=0)

    assert outcome.verdict is None
    assert not any(count.met for count in outcome.counts)


def test_two_verdicts_at_once_leave_it_undecided():
    half = Formula(1, 2, "attending")

    assert vote(members=6, attending=6, formulas=(half,), approved=3, rejected=3).verdict is None


def test_everything_wrong_with_the_ballots_is_named():
    with pytest.raises(ValueError, match="no vote formula") as raised:
        tally({"wang": APPROVED, "li": "maybe"}, attending={"li", "zhao"}, all_members={"li", "sun"}, formulas=())

    assert str(raised.value) == (
        "no vote formula applies; ballots of people not attending: wang; "
        "attending, but not members: zhao; no such verdict: maybe"
    )


@pytest.mark.parametrize("wrong", [(0, 3, "attending", False), (4, 3, "attending", False), (1, 1, "all_members", True)])
def test_a_formula_that_cannot_decide_is_refused(wrong):
    with pytest.raises(ValueError, match="never decide"):
        Formula(*wrong)


def test_a_formula_of_an_unknown_base_is_refused():
    with pytest.raises(ValueError, match="neither"):
        Formula(1, 2, "town")


def test_a_formula_comes_from_a_policy_value():
    value = {"numerator": 1, "denominator": 2, "of": "all_members", "strict": True}

    assert Formula.from_value(value) == HUMAN


formulas = st.builds(
    lambda parts, of, strict: Formula(*parts, of, strict),
    st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from(["attending", "all_members"]),
    st.booleans(),
)


@given(formulas, st.integers(0, 60))
def test_votes_needed_equals_the_first_number_that_meets_the_formula(formula, total):
    first = next(votes for votes in range(total + 2) if formula.met(votes, total))

    assert votes_needed(formula, total) == first


@st.composite
def meetings(draw):
    members = draw(st.integers(1, 15))
    attending = draw(st.sets(st.integers(0, members - 1)))
    ballots = draw(
        st.dictionaries(st.sampled_from(sorted(attending)), st.sampled_from((*VERDICTS, ABSTAIN)))
        if attending
        else st.just({})
    )
    return range(members), attending, ballots


@given(meetings(), st.lists(formulas, min_size=1, max_size=3))
def test_one_more_vote_to_approve_never_undoes_an_approval(meeting, rules):
    members, attending, ballots = meeting
    rules = [*rules, NATIONAL]
    waiting = sorted(attending - ballots.keys())
    before = tally(ballots, attending=attending, all_members=members, formulas=rules)

    for voter in waiting:
        after = tally(ballots | {voter: APPROVED}, attending=attending, all_members=members, formulas=rules)

        assert before.verdict != APPROVED or after.verdict == APPROVED
        assert after.votes(APPROVED) == before.votes(APPROVED) + 1


@given(meetings(), st.lists(formulas, min_size=1, max_size=3))
def test_a_verdict_stands_exactly_when_it_alone_meets_every_formula(meeting, rules):
    members, attending, ballots = meeting
    outcome = tally(ballots, attending=attending, all_members=members, formulas=rules)
    totals = {"attending": len(attending), "all_members": len(members)}
    met = [
        verdict
        for verdict in VERDICTS
        if all(list(ballots.values()).count(verdict) >= votes_needed(rule, totals[rule.of]) for rule in rules)
    ]

    assert outcome.verdict == (met[0] if len(met) == 1 else None)
    assert sum(outcome.votes(verdict) for verdict in VERDICTS) + outcome.abstained == len(ballots)
    assert outcome.not_voted == len(attending) - len(ballots)


@given(meetings())
def test_the_order_of_ballots_does_not_matter(meeting):
    members, attending, ballots = meeting
    backwards = dict(reversed(ballots.items()))

    assert tally(ballots, attending=attending, all_members=members, formulas=[NATIONAL, HUMAN]) == tally(
        backwards, attending=attending, all_members=members, formulas=[NATIONAL, HUMAN]
    )


@pytest.mark.article("national", 16)
@pytest.mark.article("human", 22)
def test_the_formulas_in_the_packs_are_those_of_the_measures():
    policy = policy_for(region="370100", regimes=["general", "human"], at=date(2026, 6, 1))

    assert {Formula.from_value(entry.value) for entry in policy.entries("vote.formula")} == {NATIONAL, HUMAN}
