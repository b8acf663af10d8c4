"""Figures of annual reports add up exactly, in whatever order and by whatever way they are put together."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.annual import median_days, percent, reports_on, total, under

names = st.sampled_from(["committees", "decided", "outcome.approved", "days.3", "days.31"])
figures = st.dictionaries(names, st.integers(1, 10**6))


@given(st.lists(st.lists(figures, max_size=5), max_size=5))
def test_sums_of_sums_are_the_sum(cities: list[list[dict[str, int]]]) -> None:
    by_hand: Counter[str] = Counter()
    for city in cities:
        for unit in city:
            for name, number in unit.items():
                by_hand[name] += number

    assert total(total(city) for city in cities) == dict(by_hand)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30))
def test_median_of_a_sum_is_that_of_all_days_together(days: list[int]) -> None:
    parts = [{f"days.{one}": 1} for one in days]

    assert median_days(total(parts)) == sorted(days)[(len(days) - 1) // 2]


def test_what_is_nought_has_no_share_and_no_median() -> None:
    assert (median_days({}), percent({}, "late", "decided")) == (None, None)
    assert percent({"late": 1, "decided": 8}, "late", "decided") == 13
    assert under({"days.3": 2, "decided": 2}, "days") == {"3": 2}


def test_a_report_follows_the_last_at_the_distance_that_is_set():
    follows = {
        months: [year for year in range(2027, 2031) if reports_on(year, 2026, months)] for months in (12, 18, 36)
    }

    assert follows == {12: [2027, 2028, 2029, 2030], 18: [2028, 2029, 2030], 36: [2029, 2030]}
    assert reports_on(2026, None, 36)
