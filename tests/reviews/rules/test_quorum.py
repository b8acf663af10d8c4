import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.quorum import Attendee, quorum

NEEDED = ("peer", "ethics", "law", "external")


def member(person, *categories, voting=True):
    return Attendee(person, frozenset(categories), voting)


FIVE = [
    member("a", "peer"),
    member("b", "peer"),
    member("c", "ethics"),
    member("d", "law", "external"),
    member("e", "peer"),
]


def held(present, recused=()):
    return quorum(present, set(recused), min_present=5, categories_required=NEEDED)


@pytest.mark.article("national", 14)
def test_five_of_every_category_are_a_quorum():
    result = held(FIVE)

    assert result.met
    assert (result.present_count, result.missing_categories) == (5, ())


@pytest.mark.article("national", 14)
def test_everything_that_is_missing_is_found():
    result = held(FIVE[:3])

    assert [(finding.code, finding.params, finding.key) for finding in result.findings] == [
        ("too_few_present", {"present": 3, "required": 5}, "meeting.quorum"),
        ("category_missing", {"category": "law"}, "meeting.categories_required"),
        ("category_missing", {"category": "external"}, "meeting.categories_required"),
    ]


@pytest.mark.article("national", 14)
@pytest.mark.parametrize("recused", ["a", "c"])
def test_a_recused_member_is_not_attending(recused):
    result = held(FIVE, [recused])

    assert not result.met
    assert result.present_count == 4
    assert result.missing_categories == (("ethics",) if recused == "c" else ())


def test_all_recused_is_no_quorum():
    result = held(FIVE, "abcde")

    assert (result.present_count, result.missing_categories) == (0, NEEDED)


@pytest.mark.article("national", 14)
def test_an_adviser_counts_for_nothing():
    result = held([*FIVE[:3], member("x", "law", "external", voting=False), FIVE[4]])

    assert (result.present_count, result.missing_categories) == (4, ("law", "external"))


def test_nobody_is_counted_twice():
    assert held([FIVE[0]] * 5).present_count == 1


people = st.lists(
    st.builds(Attendee, st.integers(0, 12), st.frozensets(st.sampled_from(NEEDED)), st.booleans()),
    max_size=12,
    unique_by=lambda one: one.person,
)


@given(people, st.sets(st.integers(0, 12)))
def test_recusing_is_the_same_as_staying_away(present, recused):
    away = [one for one in present if one.person not in recused]

    assert held(present, recused) == held(away)


@given(people, st.sets(st.integers(0, 12)), st.integers(0, 12))
def test_recusing_one_more_never_makes_a_quorum(present, recused, one_more):
    assert held(present, recused).met or not held(present, {*recused, one_more}).met
