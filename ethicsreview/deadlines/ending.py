"""The end of a limit as a page shows it: plain values, so that the same end is drawn once."""

from dataclasses import dataclass
from datetime import datetime, time

from ethicsreview.deadlines import calendar
from ethicsreview.deadlines.models import Deadline, days_left, end_in_words, hours_left


@dataclass(frozen=True)
class Ending:
    """`left` is in the language of the moment in which it was asked."""

    due_at: datetime
    by_day: bool
    is_provisional: bool
    left: str
    late: bool

    @property
    def due_text(self) -> str:
        return end_in_words(self.due_at, by_day=self.by_day)

    @classmethod
    def of(cls, deadline: Deadline, at: datetime) -> "Ending":
        return cls(deadline.due_at, deadline.by_day, deadline.is_provisional, deadline.left(at), deadline.is_late(at))

    @classmethod
    def on(cls, moment: datetime, at: datetime, *, in_hours: bool = False) -> "Ending":
        """Of an object that keeps only its next moment: one at midnight is the end of a day, unless hours run."""
        by_day = not in_hours and moment.astimezone(calendar.LAW_ZONE).time() == time.min
        days = (calendar.last_day(moment) - calendar.law_day(at)).days
        left = days_left(days) if by_day else hours_left(moment - at)
        return cls(moment, by_day, is_provisional=False, left=left, late=moment <= at)
