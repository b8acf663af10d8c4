"""The ladder of reminders and the levels above, as policy has them: before, on and after the end; then upwards."""

from datetime import timedelta

from ethicsreview.deadlines.models import Escalation
from ethicsreview.policy import Policy

Seat = tuple[str, int]
DAY = 24


def ladder(policy: Policy, before: str = "", *, hours: bool = False) -> list[timedelta]:
    """The reminders before the end (by the value that `before` names) and after it. The end itself tells anyway."""
    unit = timedelta(hours=1) if hours else timedelta(days=1)
    after = policy.value("reminders.overdue_hours" if hours else "reminders.overdue")
    return [-number * unit for number in (policy.value(before) if before else ())] + [number * unit for number in after]


def levels(policy: Policy, *above: Seat | None, hours: bool = False) -> list[Escalation]:
    """Who is told of a missed end, one level after the other; a level that there is not is left out."""
    after = policy.value("emergency.escalation_hours" if hours else "reminders.escalation_days")
    seats = [seat for seat in above if seat is not None]
    return [
        Escalation(role=role, body_id=body, after=after[min(level, len(after) - 1)] * (1 if hours else DAY))
        for level, (role, body) in enumerate(seats)
    ]
