"""Steps that the coming of a day brings about: nobody decides upon them, the system takes them.

A model says which of its rows have come to a day in `timely`; the tick takes the step on each, through the door. Any
number of ticks may run at once and be repeated, and days that were missed are caught up: a row whose step has been
taken is not answered any more, and its step is refused in the state that it left.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog

from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.lifecycle.registry import collections

log = structlog.get_logger(__name__)
BATCH = 500
# A step by its name: the rows for which its day has come.
Timely = Mapping[str, Callable[[datetime], Any]]


def take_timely(at: datetime, *, limit: int = BATCH) -> int:
    """Take every step whose day has come, `limit` rows of a kind at a time; returns how many were taken."""
    taken = 0
    for model in collections().values():
        timely: Timely = getattr(model, "timely", {})
        for name, come in timely.items():
            after = 0
            while rows := list(come(at).filter(pk__gt=after).order_by("pk")[:limit]):
                after = rows[-1].pk
                taken += sum(_taken(row, name, at) for row in rows)
    return taken


def _taken(row: Any, name: str, at: datetime) -> bool:
    try:
        perform(row, name, by=SYSTEM, at=at)
    except Refused:
        # Another tick was there first, or the object has moved on meanwhile.
        return False
    except Exception:
        # One bad row must not hold up the others; it is tried again by the next tick.
        log.exception("timely_step_failed", object=f"{row.noun}:{row.ref}", step=name)
        return False
    return True
