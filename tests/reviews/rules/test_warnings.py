"""What an indicator says of a number, and what an evaluation does about it, on plain values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.warnings import Answer, Standing, Terms, against_ordinary, answer, percent

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(("value", "level"), [(0, None), (1, 0), (2, 0), (3, 1), (9, 1), (10, 2), (11, 2)])
def test_level_is_the_highest_that_is_reached(value: int, level: int | None) -> None:
    assert Terms(on=True, thresholds=(1, 3, 10)).level_of(value) == level


@pytest.mark.parametrize(("value", "level"), [(61, None), (60, 0), (31, 0), (30, 1), (7, 2), (-1, 2)])
def test_falling_number_is_the_worse_the_less_it_is(value: int, level: int | None) -> None:
    assert Terms(on=True, thresholds=(60, 30, 7), falling=True).level_of(value) == level


@pytest.mark.parametrize(
    ("standing", "level", "wanted"),
    [
        (None, 0, Answer.RAISE),
        (Standing(open=True, level=0, same=True), 0, Answer.NOTHING),
        (Standing(open=True, level=0, same=False), 0, Answer.RENEW),
        (Standing(open=True, level=1, same=True), 0, Answer.RENEW),
        (Standing(open=True, level=0, same=True), 1, Answer.WORSEN),
        (Standing(open=True, level=0, same=True, eased_at=AT), 0, Answer.RENEW),
        (Standing(open=False, level=1, same=False, settled_at=AT - timedelta(days=89)), 1, Answer.NOTHING),
        (Standing(open=False, level=1, same=True, settled_at=AT - timedelta(days=90)), 1, Answer.REOPEN),
        (Standing(open=False, level=1, same=True, settled_at=AT), 2, Answer.REOPEN),
        (Standing(open=False, level=1, same=True, settled_at=AT, eased_at=AT), 0, Answer.RAISE),
    ],
)
def test_answer_to_what_was_found(standing: Standing | None, level: int, wanted: Answer) -> None:
    assert answer(standing, level, AT, rest_days=90) == wanted


def test_week_is_measured_against_an_ordinary_one() -> None:
    assert against_ordinary(10, 27, 56) == 296
    assert against_ordinary(10, 26, 56) == 307
    assert against_ordinary(3, 0, 56) == 2400  # who had nothing before, had one


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_share_counts_as_reached_only_where_it_is(part: int, whole: int) -> None:
    assert percent(part, whole) * whole <= 100 * part < (percent(part, whole) + 1) * whole
    assert percent(part, 0) == 0
