"""The figures of annual reports: whole numbers by name, so that what several report adds up exactly.

A name has its part after a point: "outcome.approved", "days.12" (how many were decided in twelve calendar days).
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from reviews.rules.counting import quantile

Figures = Mapping[str, int]
YEAR = 12  # months


def total(parts: Iterable[Figures]) -> dict[str, int]:
    """Each figure summed; one that is nought everywhere is left out, as in every part."""
    found: Counter[str] = Counter()
    for part in parts:
        found.update(part)
    return {name: number for name, number in sorted(found.items()) if number}


def reports_on(year: int, last: int | None, months: int) -> bool:
    """Whether a report on this year follows the `last` one at this distance. Each sums up reports of one year, so that
    one is made a year at most; years between two are no part of either.
    """
    return last is None or (year - last) * YEAR >= months


def under(figures: Figures, head: str) -> dict[str, int]:
    """The parts of one head, by what follows the point."""
    return {name.partition(".")[2]: number for name, number in figures.items() if name.partition(".")[0] == head}


def median_days(figures: Figures) -> int | None:
    """The calendar days within which half of the decisions were made; None where nothing was decided."""
    return quantile({int(days): number for days, number in under(figures, "days").items()}, 0.5)


def percent(figures: Figures, part: str, of: str) -> int | None:
    """A share in whole percent, halves rounded up; None of nothing."""
    whole = figures.get(of, 0)
    return (200 * figures.get(part, 0) + whole) // (2 * whole) if whole else None
