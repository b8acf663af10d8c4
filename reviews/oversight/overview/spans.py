"""Months, quarters and years of Asia/Shanghai, by the names under which counters are kept."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ethicsreview.deadlines.calendar import LAW_ZONE, law_day

MONTH, QUARTER, YEAR = "month", "quarter", "year"
LENGTH = {MONTH: 1, QUARTER: 3, YEAR: 12}  # months
NAMED = re.compile(r"(2\d{3})(?:-(0[1-9]|1[0-2])|-Q([1-4]))?")


@dataclass(frozen=True)
class Span:
    """`first`: its first day."""

    kind: str
    first: date

    @classmethod
    def around(cls, kind: str, day: date) -> "Span":
        months = LENGTH[kind]
        return cls(kind, date(day.year, (day.month - 1) // months * months + 1, 1))

    @classmethod
    def named(cls, name: str, at: datetime) -> "Span":
        """What the name says; where it says nothing, the month that goes on."""
        found = NAMED.fullmatch(name)
        if found is None:
            return cls.around(MONTH, law_day(at))
        year, month, quarter = found.groups()
        kind = MONTH if month else QUARTER if quarter else YEAR
        return cls(kind, date(int(year), int(month or 0) or (int(quarter or 1) - 1) * 3 + 1, 1))

    @property
    def name(self) -> str:
        if self.kind == YEAR:
            return f"{self.first.year}"
        if self.kind == QUARTER:
            return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}"

    @property
    def words(self) -> str:
        if self.kind == YEAR:
            return _("%(year)d年") % {"year": self.first.year}
        if self.kind == QUARTER:
            return _("%(year)d年第%(quarter)d季度") % {
                "year": self.first.year,
                "quarter": (self.first.month + 2) // 3,
            }
        return date_format(self.first, "YEAR_MONTH_FORMAT")

    def moved(self, by: int) -> "Span":
        """So many of its kind later; earlier where negative."""
        months = self.first.year * 12 + self.first.month - 1 + by * LENGTH[self.kind]
        return Span(self.kind, date(months // 12, months % 12 + 1, 1))

    @property
    def before(self) -> "Span":
        return self.moved(-1)

    @property
    def after(self) -> "Span":
        return self.moved(1)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=LAW_ZONE)

    @property
    def ends(self) -> datetime:
        return self.after.begins

    def months(self) -> "list[Span]":
        """Twelve, the last of which is its own last."""
        last = Span.around(MONTH, self.first).moved(LENGTH[self.kind] - 1)
        return [last.moved(-back) for back in range(11, -1, -1)]
