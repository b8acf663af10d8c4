"""No figure that was kept back can be computed from what was published."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.rules.suppressing import LEAST, REST, Path, publishable

PARTS = [
    ("2024", "2025"),
    ("3701", "3702", "3703"),
    ("ai", "medicine", "life"),
    ("approved", "rejected", "revision"),
]
PATHS = st.tuples(*map(st.sampled_from, PARTS))
TABLES = st.dictionaries(PATHS, st.one_of(st.integers(0, 6), st.integers(7, 40)), max_size=20)


def below(path: Path, cells: dict[Path, int]) -> list[Path]:
    return [one for one in cells if one[: len(path)] == path]


def stands_for(path: Path, cells: dict[Path, int], named: set[Path]) -> frozenset[Path]:
    """The innermost figures that a published number is the sum of."""
    if path[-1] != REST:
        return frozenset(below(path, cells))
    inside = {one[: len(path)] for one in below(path[:-1], cells)} - named
    return frozenset(one for part in inside for one in below(part, cells))


def rank(rows: list[list[Fraction]]) -> int:
    rows, found = [row[:] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((place for place in range(found, len(rows)) if rows[place][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for place in range(found + 1, len(rows)):
            share = rows[place][column] / rows[found][column]
            rows[place] = [one - share * other for one, other in zip(rows[place], rows[found], strict=True)]
        found += 1
    return found


@given(TABLES, st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_what_is_kept_back_cannot_be_computed(table: dict[Path, int], least: int) -> None:
    cells = {path: number for path, number in table.items() if number}

    figures = publishable(cells, least)

    threshold = max(least, LEAST)
    named = {one.path for one in figures if not one.is_rest}
    sums = {one.path: stands_for(one.path, cells, named) for one in figures}
    order = sorted(cells)
    known = [[Fraction(one in sums[figure.path]) for one in order] for figure in figures]
    strength = rank(known)
    for figure in figures:
        assert figure.number >= threshold
        assert figure.number == sum(cells[one] for one in sums[figure.path])
        if figure.is_rest:
            parts = {one[: len(figure.path)] for one in sums[figure.path]}
            # Of two parts with one at least in each, more than one way is left to share the rest out.
            assert len(parts) >= 2
            assert figure.number > 2
    # Every total and part that was not published, at whichever level: no sum and difference of what was gives it.
    everything = {path[:depth] for path in cells for depth in range(1, len(path) + 1)}
    for hidden in everything - named:
        leaves = set(below(hidden, cells))
        wanted = [Fraction(one in leaves) for one in order]
        assert rank([*known, wanted]) == strength + 1, (hidden, figures)


def test_a_part_alone_takes_the_smallest_of_the_others_along() -> None:
    cells = {("2025", "a"): 3, ("2025", "b"): 9, ("2025", "c"): 20, ("2024", "a"): 4}

    assert [(one.path, one.number) for one in publishable(cells, 5)] == [
        (("2025",), 32),
        (("2025", "c"), 20),
        (("2025", REST), 12),
    ]


def test_small_parts_that_are_enough_together_take_nobody_along() -> None:
    cells = {("2025", "a"): 3, ("2025", "b"): 2, ("2025", "c"): 20}

    assert [one.number for one in publishable(cells, 5)] == [25, 20, 5]
