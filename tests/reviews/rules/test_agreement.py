"""Whether two committees decided alike, on plain values."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.agreement import FINAL, Position, differences, share_in_agreement

positions = st.builds(
    Position,
    outcome=st.sampled_from([*sorted(FINAL), "modification_required", "revision_required"]),
    requirements=st.frozensets(st.sampled_from(["一", "二", "三"])),
    conditions=st.frozensets(st.tuples(st.just("start"), st.sampled_from(["DE", "US"]))),
    months=st.one_of(st.none(), st.integers(1, 12)),
)
LEAD = Position("approved", months=12)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (LEAD, ()),
        (replace(LEAD, outcome="preliminarily_passed"), ()),
        (replace(LEAD, outcome="rejected"), ("conclusion",)),
        (replace(LEAD, outcome="modification_required"), ("conclusion",)),
        (replace(LEAD, requirements=frozenset({"本地联系人"})), ("requirements",)),
        (replace(LEAD, conditions=frozenset({("start", "DE")})), ("conditions",)),
        (replace(LEAD, months=6), ("interval",)),
        (replace(LEAD, months=None), ()),
    ],
)
def test_in_what_a_unit_differs(own: Position, expected: tuple[str, ...]) -> None:
    assert differences(LEAD, own) == expected


@given(positions)
def test_nobody_differs_from_themselves_once_they_have_decided(one: Position) -> None:
    assert differences(one, one) == (() if one.outcome in FINAL else ("conclusion",))


@given(positions, positions)
def test_to_differ_is_mutual_where_both_have_decided(one: Position, other: Position) -> None:
    if {one.outcome, other.outcome} <= FINAL:
        assert differences(one, other) == differences(other, one)


@pytest.mark.parametrize(("agreed", "decided", "share"), [(0, 0, None), (0, 3, 0), (2, 3, 67), (3, 3, 100)])
def test_share(agreed: int, decided: int, share: int | None) -> None:
    assert share_in_agreement(agreed, decided) == share
