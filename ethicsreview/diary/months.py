"""A month as a page draws it: weeks from Monday to Sunday, in Asia/Shanghai. Plain functions on plain values."""

import calendar as calendars
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from ethicsreview.deadlines import calendar

Entry = TypeVar("Entry")
MONTH = re.compile(r"(\d{4})-(\d{2})")
# What a page may be asked for: further away nothing is kept.
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str, today: date) -> "Month":
        """ "2026-11"; anything else is the month of today."""
        found = MONTH.fullmatch(text)
        if found is None:
            return cls.of(today)
        year, month = int(found[1]), int(found[2])
        return cls(year, month) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else cls.of(today)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, calendars.monthrange(self.year, self.month)[1])

    @property
    def before(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        return Month.of(self.last + timedelta(days=1))

    @property
    def begins(self) -> datetime:
        """00:00 of its first day. A limit that ends at this very midnight ended with the month before."""
        return calendar.end_of_day(self.first - timedelta(days=1))

    @property
    def ends(self) -> datetime:
        """24:00 of its last day."""
        return calendar.end_of_day(self.last)


@dataclass(frozen=True)
class Day(Generic[Entry]):
    date: date
    inside: bool
    today: bool
    rest: bool
    entries: tuple[Entry, ...]

    @property
    def anchor(self) -> str:
        return f"d{self.date.isoformat()}"


def weeks(month: Month, today: date, entries: Mapping[date, Iterable[Entry]]) -> list[list[Day[Entry]]]:
    """Whole weeks that cover the month; days of the months beside it are there without their entries."""
    return [
        [
            Day(
                date=day,
                inside=day.month == month.month,
                today=day == today,
                rest=calendar.is_holiday(day),
                entries=tuple(entries.get(day, ())) if day.month == month.month else (),
            )
            for day in week
        ]
        for week in calendars.Calendar().monthdatescalendar(month.year, month.month)
    ]
