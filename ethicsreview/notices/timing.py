"""When a notice leaves: not in quiet hours, or with the others of its day. Hours are those of Asia/Shanghai."""

from datetime import datetime, time, timedelta

from django.utils import timezone


def end_of_quiet(at: datetime, begins: time | None, ends: time | None) -> datetime | None:
    """When it is loud again, if it is quiet at `at`; None where it is not, or never. The end is not quiet itself."""
    if begins is None or ends is None or begins == ends:
        return None
    here = timezone.localtime(at)
    now = here.time()
    if not (begins <= now < ends if begins < ends else now >= begins or now < ends):
        return None
    day = here.date() if now < ends else here.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, ends))


def next_digest(at: datetime, hour: int) -> datetime:
    """The next time that it is `hour` o'clock, after `at`."""
    here = timezone.localtime(at)
    day = here.date() if here.hour < hour else here.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(hour)))
