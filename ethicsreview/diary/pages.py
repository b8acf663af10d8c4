"""What a page with a month is given, whichever face draws it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline, DeadlineQuerySet
from ethicsreview.diary.entries import Entry, by_day
from ethicsreview.diary.months import Day, Month, weeks

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


def month_page(
    rows: DeadlineQuerySet, asked: str, at: datetime, entry: Callable[[Deadline], Entry], *, narrow: str = ""
) -> MonthPage:
    """The open deadlines that end in the month, and before it those that are late. Two queries, bounded; of a month
    without any a third.
    """
    today = law_day(at)
    month = Month.read(asked, today)
    found = list(rows.between(month.begins, month.ends).select_related("body", "person").soonest()[: MOST + 1])
    entries = by_day(map(entry, found[:MOST]))
    late: list[Entry] = []
    if month == Month.of(today):
        before = rows.late(at).filter(due_at__lte=month.begins)
        late = [entry(row) for row in before.select_related("body", "person").soonest()[:MOST]]
    later = None if found or late else rows.open().filter(due_at__gt=month.ends).soonest().first()
    return MonthPage(
        month=month,
        weeks=weeks(month, today, entries),
        days=sorted(entries.items()),
        late=late,
        more=len(found) > MOST,
        later=Month.of(later.last_day) if later else None,
    )
