"""What an indicator says of a number, and what is to be done about it, on plain values.

No text states a threshold (MW-05), so each comes in as an argument.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

WEEK = 7  # days


@dataclass(frozen=True)
class Terms:
    """How a place watches one indicator. `thresholds`: from the lowest level to the highest, each included. `falling`:
    the less, the worse. `days`: looked back over. `least`: below this many nothing is said, so that one case of two is
    not half of all.
    """

    on: bool
    thresholds: tuple[int, ...]
    falling: bool = False
    days: int = 0
    least: int = 0

    def level_of(self, value: int) -> int | None:
        """The place of the highest level that is reached; None below all."""
        reached = [
            place
            for place, threshold in enumerate(self.thresholds)
            if (value <= threshold if self.falling else value >= threshold)
        ]
        return reached[-1] if reached else None


class Answer(StrEnum):
    """What an evaluation does about one subject that is over a threshold."""

    NOTHING = "nothing"
    RAISE = "raise"
    RENEW = "renew"  # open already: its evidence is brought up to date
    WORSEN = "worsen"  # open already, and of a higher level now
    REOPEN = "reopen"  # settled, and the same condition is back


@dataclass(frozen=True)
class Standing:
    """What stands of the subject's last warning. `settled_at`: closed or dismissed. `eased_at`: since when its number
    has been below every threshold; None while it is not.
    """

    open: bool
    level: int
    same: bool
    settled_at: datetime | None = None
    eased_at: datetime | None = None


def answer(standing: Standing | None, level: int, at: datetime, *, rest_days: int) -> Answer:
    """One open warning of an indicator and a subject, never two. A settled one is left alone while nothing has changed,
    for `rest_days`; what is worse comes back at once, and what had gone and is there again is a new one.
    """
    if standing is None:
        return Answer.RAISE
    if standing.open:
        if level > standing.level:
            return Answer.WORSEN
        again = standing.eased_at is not None
        return Answer.NOTHING if standing.same and level == standing.level and not again else Answer.RENEW
    if standing.eased_at is not None:
        return Answer.RAISE
    assert standing.settled_at is not None
    rested = at - standing.settled_at >= timedelta(days=rest_days)
    return Answer.REOPEN if level > standing.level or rested else Answer.NOTHING


def percent(part: int, whole: int) -> int:
    """Rounded down: a share counts as reached only where it is. 0 of nothing."""
    return 100 * part // whole if whole else 0


def against_ordinary(recent: int, before: int, days: int) -> int:
    """What came in the last week, in percent of an ordinary week of the `days` before it. Who had nothing before is
    measured against one in all that time.
    """
    return percent(recent * days, max(before, 1) * WEEK)


@dataclass(frozen=True)
class Row:
    """One of the things that were counted: an object by its noun and reference, or a person by account and name. `day`:
    ISO, when it was due, filed, met; `number`: in the indicator's own sense.
    """

    noun: str
    ref: str
    day: str = ""
    name: str = ""
    number: int | None = None

    @property
    def kept(self) -> dict[str, str | int]:
        found = {"noun": self.noun, "ref": self.ref, "day": self.day, "name": self.name, "number": self.number}
        return {key: value for key, value in found.items() if value not in ("", None)}


@dataclass(frozen=True)
class Found:
    """What an evaluation hands to a warning: plain values. `level`: the place of the threshold that is reached."""

    value: int
    level: int
    threshold: int
    terms: Mapping[str, Any]
    parts: Mapping[str, int]
    rows: tuple[Row, ...]
