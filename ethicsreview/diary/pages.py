"""What a page with a month is given, whichever face draws it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.diary.entries import Entry, by_day
from ethicsreview.diary.months import Day, Month, weeks
from ethicsreview.diary.watched import Watched

# A month has more only for an operator, who has the clock room.
MOST = 300


@dataclass(frozen=True)
class MonthPage:
    month: Month
    weeks: list[list[Day[Entry]]]
    days: list[tuple[date, list[Entry]]]
    late: list[Entry]
    more: bool
    # Of a month without any: the one in which the next ends.
    later: Month | None = None

    @property
    def is_empty(self) -> bool:
        return not self.days and not self.late


def month_page(watched: Watched, asked: str, at: datetime, entry: Callable[[Deadline], Entry]) -> MonthPage:
    """The open deadlines that end in the month, and before it those that are late: bounded."""
    today = law_day(at)
    month = Month.read(asked, today)
    rows = watched.rows.select_related("body", "person").soonest()
    parts = [(rows.between(month.begins, month.ends), MOST + 1)]
    if month == Month.of(today):
        parts.append((rows.late(at).filter(due_at__lte=month.begins), MOST))
    found, *rest = watched.first(*parts)
    late = [entry(row) for rows in rest for row in rows]
    later = [] if found or late else watched.first((watched.rows.open().filter(due_at__gt=month.ends).soonest(), 1))[0]
    entries = by_day(map(entry, found[:MOST]))
    return MonthPage(
        month=month,
        weeks=weeks(month, today, entries),
        days=sorted(entries.items()),
        late=late,
        more=len(found) > MOST,
        later=Month.of(later[0].last_day) if later else None,
    )
