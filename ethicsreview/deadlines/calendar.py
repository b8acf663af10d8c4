"""Deadline arithmetic: 《民法典》第二百零一条至第二百零四条, applied by analogy, in Asia/Shanghai.

Plain functions; the clock comes in as an argument. A limit in days or months ends at 24:00 of its last day.
That is returned as the midnight after it, so that "late" is always `due <= at`.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta

from ethicsreview.deadlines import holidays
from ethicsreview.policy.days import LAW_ZONE, law_day

SATURDAY = 5


def end_of_day(day: date) -> datetime:
    """24:00 of the day in Asia/Shanghai, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=LAW_ZONE).astimezone(UTC)


def last_day(end: datetime) -> date:
    """The last day of a limit that ends at `end`: the inverse of `end_of_day`."""
    return law_day(end - timedelta(microseconds=1))


def end_of_days(start: datetime | date, days: int, *, shift_holidays: bool = False) -> datetime:
    """The end of a limit of calendar days. The day it starts on is not counted."""
    return _end(law_day(start) + timedelta(days=_length(days)), shift_holidays)


def end_of_months(start: datetime | date, months: int, *, shift_holidays: bool = False) -> datetime:
    """The end of a limit of calendar months: the same day of the last month, or that month's last."""
    return _end(add_months(law_day(start), _length(months)), shift_holidays)


def end_of_hours(start: datetime, hours: int) -> datetime:
    """The end of a limit of hours, which run on through nights and holidays."""
    if start.tzinfo is None:
        raise ValueError(f"{start!r} has no time zone")
    return start.astimezone(UTC) + timedelta(hours=_length(hours))


def add_months(day: date, months: int) -> date:
    """The day `months` later (or earlier, if negative), clamped to the month's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def is_holiday(day: date) -> bool:
    """A day off: a festival, or a weekend that is not a make-up working day."""
    known = holidays.year(day.year)
    return day in known.off or (day.weekday() >= SATURDAY and day not in known.work)


def is_provisional(day: date) -> bool:
    """The State Council's arrangement for the year is not here yet: a shifted last day may still change."""
    return not holidays.year(day.year).published


def next_working_day(day: date) -> date:
    """The day itself, or the first working day after the holiday that it falls in."""
    while is_holiday(day):
        day += timedelta(days=1)
    return day


def end_of_working_days(start: datetime | date, days: int) -> datetime:
    """The end of the last of so many working days; the day of the start is not counted."""
    day = law_day(start)
    for _number in range(_length(days)):
        day = next_working_day(day + timedelta(days=1))
    return end_of_day(day)


def _end(day: date, shift_holidays: bool) -> datetime:
    return end_of_day(next_working_day(day) if shift_holidays else day)


def _length(number: int) -> int:
    if number < 0:
        raise ValueError(f"a limit cannot be {number} long")
    return number
