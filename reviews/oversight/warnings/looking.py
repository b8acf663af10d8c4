"""What a measure is asked with, and what it answers: aggregated questions, however many cases there are."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ethicsreview.accounts.regions import lying_in
from ethicsreview.deadlines.calendar import end_of_day, law_day
from reviews.rules.warnings import Row, Terms

# So many rows of evidence are kept with a finding; its value counts all.
EVIDENCE = 100


@dataclass(frozen=True)
class Look:
    """One indicator in one place at one moment. `place`: the digits that the codes of its territory begin with."""

    place: str
    at: datetime
    terms: Terms
    percent: int = 0  # of attendance, below which a member counts

    @property
    def day(self) -> date:
        return law_day(self.at)

    @property
    def since(self) -> datetime:
        """The beginning of the days looked back over; the day itself is the last of them."""
        return end_of_day(self.day - timedelta(days=self.terms.days))

    def within(self, path: str) -> dict[str, Any]:
        return lying_in(path, self.place)

    @property
    def lowest(self) -> int:
        return self.terms.thresholds[0]


@dataclass(frozen=True)
class Number:
    value: int
    parts: Mapping[str, int] = field(default_factory=dict)


Over = Callable[[Look], dict[int, Number]]
Evidence = Callable[[Look, Collection[int]], Mapping[int, list[Row]]]


@dataclass(frozen=True)
class Measure:
    """`over`: by subject, every number that may reach a threshold (others may be among them). `evidence`: of some
    subjects, what was counted.
    """

    over: Over
    evidence: Evidence


def none_of(_look: Look, _keys: Collection[int]) -> Mapping[int, list[Row]]:
    """Where naming cases would say more than the number may: who voted how stays the committee's."""
    return {}


def counted(pairs: Iterable[tuple[int, int]]) -> dict[int, Number]:
    return {key: Number(value) for key, value in pairs if key is not None}


def gathered(pairs: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    """The first `EVIDENCE` of each subject."""
    found: dict[int, list[Row]] = {}
    for key, row in pairs:
        rows = found.setdefault(key, [])
        if len(rows) < EVIDENCE:
            rows.append(row)
    return found
