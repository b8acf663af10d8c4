"""The draw: the same from the same seed, fair over seeds, and refused from a changed population."""

from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.sampling import (
    Stratum,
    allocate,
    content_of,
    differences,
    draw,
    numbered,
    overall,
    size_by_confidence,
    size_by_rate,
    sizes_of,
    wilson,
)

POPULATION = numbered(("review", f"R2026-{number:06d}", "510100" if number % 2 else "510700") for number in range(100))

PINNED = ["R2026-000087", "R2026-000017", "R2026-000019", "R2026-000060", "R2026-000048"]

MARKED_ANEW = numbered([("review", "R2026-999999", "510100"), *((u.kind, u.ref, u.stratum) for u in POPULATION[1:])])


def frozen(units=POPULATION):
    return {"size": len(units), "sha256_of_all": sha256(content_of(units)).hexdigest()}


def test_same_seed_draws_the_same_whatever_order_the_cases_came_in() -> None:
    again = numbered((unit.kind, unit.ref, unit.stratum) for unit in reversed(POPULATION))

    assert again == POPULATION
    assert draw("07 11 23", again, {"510100": 5}) == draw("07 11 23", POPULATION, {"510100": 5})


def test_draw_is_the_one_written_down() -> None:
    """Pinned: a later version of this code must not draw otherwise from a seed that was published."""
    drawn = draw("双色球2026138期 03 09 14 22 27 31 + 08", POPULATION, {"510100": 3, "510700": 2})

    assert [one.unit.ref for one in drawn] == PINNED
    assert drawn[0].ticket == sha256(f"双色球2026138期 03 09 14 22 27 31 + 08|510100|{PINNED[0]}".encode()).hexdigest()


def test_chi_square_over_a_thousand_seeds_is_unsuspicious() -> None:
    """10 of 100 by 1,000 seeds: each case is expected 100 times. Without replacement the statistic has mean 99 × 0.9;
    divided by 0.9 it is chi-square of 99 degrees, of which 99.9 % lies under 148.2 and 0.1 % under 60.
    """
    units = numbered(("review", unit.ref, "all") for unit in POPULATION)
    counted = Counter(one.unit.ref for seed in range(1000) for one in draw(f"seed {seed}", units, {"all": 10}))

    statistic = sum((counted[unit.ref] - 100) ** 2 / 100 for unit in units) / 0.9

    assert 60 < statistic < 148.2


@pytest.mark.parametrize(
    ("changed", "altered", "missing", "as_a_whole"),
    [
        ([replace(POPULATION[0], ref="R2026-999999"), *POPULATION[1:]], ("R2026-999999",), (), False),
        (POPULATION[:40] + POPULATION[41:], (), (41,), False),
        ([*POPULATION, *numbered([("review", "R2026-777777", "510100")])], ("R2026-777777",), (), False),
        (MARKED_ANEW, (), (), True),
        (POPULATION, (), (), False),
    ],
    ids=["altered", "removed", "added", "marked anew", "unchanged"],
)
def test_what_differs_is_named(changed, altered, missing, as_a_whole) -> None:
    if altered == ("R2026-777777",):
        changed = [*changed[:-1], replace(changed[-1], place=101)]

    found = differences(changed, **frozen())

    assert (found.altered, found.missing, found.as_a_whole) == (altered, missing, as_a_whole)
    assert bool(found) == bool(altered or missing or as_a_whole)


strata = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 400), min_size=1, max_size=8)


@given(strata, st.integers(1, 100))
def test_every_stratum_is_drawn_from_and_none_beyond_its_size(sizes: dict[str, int], percent: int) -> None:
    total = size_by_rate(sum(sizes.values()), percent)

    taken = allocate(sizes, total)

    assert all(1 <= taken[name] <= size for name, size in sizes.items())
    assert max(total, len(sizes)) <= sum(taken.values()) <= total + len(sizes)
    assert sum(taken.values()) >= min(total, sum(sizes.values()))


@given(strata, st.integers(1, 60), st.text(max_size=20))
def test_as_many_are_drawn_as_each_stratum_has(sizes: dict[str, int], percent: int, seed: str) -> None:
    units = numbered(("review", f"{name}-{n}", name) for name, size in sizes.items() for n in range(size))
    taken = allocate(sizes_of(units), size_by_rate(len(units), percent))

    drawn = draw(seed, units, taken)

    assert Counter(one.unit.stratum for one in drawn) == taken
    assert len({one.unit.ref for one in drawn}) == len(drawn)


def test_sizes_of_the_textbooks() -> None:
    """Cochran: 385 for ±5 points at 95 % of an endless population, 278 of a thousand."""
    assert size_by_confidence(10**9, 95, 5) == 385
    assert size_by_confidence(1000, 95, 5) == 278
    assert size_by_rate(101, 10) == 11
    assert size_by_rate(3, 10, least=2) == 2


def test_intervals_of_the_textbooks() -> None:
    """Wilson, 1 of 10 at 95 %: 0.018 to 0.404; none of 10: 0 to 0.278."""
    one, none = wilson(0.1, 10, 95), wilson(0.0, 10, 95)

    assert one is not None
    assert none is not None
    assert (round(one.low, 3), round(one.high, 3)) == (0.018, 0.404)
    assert (round(none.low, 3), round(none.high, 3)) == (0.0, 0.278)
    assert wilson(0.0, 0, 95) is None


def test_small_stratum_counts_for_its_size() -> None:
    """One of one in a stratum of 2, none of 10 in one of 98: two in a hundred, not one in eleven."""
    found = overall([Stratum(2, 1, 1), Stratum(98, 10, 0), Stratum(50, 0, 0)], 95)

    assert found is not None
    assert round(found.share, 3) == 0.02
    assert found.low < found.share < found.high
