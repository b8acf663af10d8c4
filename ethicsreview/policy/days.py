"""The day on which the law looks at a moment."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LAW_ZONE = ZoneInfo("Asia/Shanghai")


def law_day(at: date | datetime) -> date:
    """The day in Asia/Shanghai on which the moment falls. Raises ValueError for a datetime without a zone."""
    if not isinstance(at, datetime):
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(LAW_ZONE).date()
