"""Figures that may be published: small ones are merged, so that none can be computed from the totals around it.

Figures stand in a tree: a year's total, in it the cities', in these the fields', and so on. Of the parts of a published
total those below the threshold are merged into one rest; where that is small itself, or is one part alone, the smallest
of the others join it. Of a part that was merged nothing below it is published either. So each published number counts
at least the threshold, each rest stands for two parts or more, and all parts add up to their total.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Path = tuple[str, ...]
# In the place of a part's name: what was merged.
REST = "_rest"
LEAST = 3  # a rest of two parts, of which each is one at least, must leave open which is which


@dataclass(frozen=True)
class Figure:
    """`path`: ("2025", "370100", "medicine"); a rest's ends with REST."""

    path: Path
    number: int

    @property
    def is_rest(self) -> bool:
        return self.path[-1] == REST


def publishable(cells: Mapping[Path, int], least: int) -> list[Figure]:
    """What may be published of the innermost figures, with all totals, in the order of the tree. A total at the top
    has none above it: where it is small, nothing of it is told.
    """
    threshold = max(least, LEAST)
    totals: dict[Path, int] = defaultdict(int)
    parts: dict[Path, set[Path]] = defaultdict(set)
    for path, number in cells.items():
        if number <= 0:
            continue
        for depth in range(1, len(path) + 1):
            totals[path[:depth]] += number
            parts[path[: depth - 1]].add(path[:depth])
    found: list[Figure] = []
    for top in sorted(parts[()]):
        if totals[top] >= threshold:
            found += _published(top, totals, parts, threshold)
    return found


def _published(
    path: Path, totals: Mapping[Path, int], parts: Mapping[Path, set[Path]], threshold: int
) -> Iterator[Figure]:
    yield Figure(path, totals[path])
    inside = sorted(parts.get(path, ()), key=lambda one: (totals[one], one))
    merged = _merged([totals[one] for one in inside], threshold)
    for one in sorted(inside[merged:]):
        yield from _published(one, totals, parts, threshold)
    if merged:
        yield Figure((*path, REST), sum(totals[one] for one in inside[:merged]))


def _merged(ordered: Sequence[int], threshold: int) -> int:
    """How many of the parts, the smallest first, are merged."""
    count = sum(1 for number in ordered if number < threshold)
    while count and count < len(ordered) and (count < 2 or sum(ordered[:count]) < threshold):
        count += 1
    return count
