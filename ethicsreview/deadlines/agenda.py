"""When the sweep has something to do about one deadline, and what. Plain functions.

The agenda is the ladder of reminders, the end itself, and the escalations after it, in order. The row keeps
how many of its moments lie behind (`stage`) and when the next one is (`next_at`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Moment:
    at: datetime
    offset: timedelta
    is_end: bool = False
    escalations: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_reminder_before(self) -> bool:
        return self.offset < timedelta(0)

    @property
    def is_reminder(self) -> bool:
        return not self.is_end and not self.escalations


@dataclass(frozen=True)
class Turn:
    """What one visit of the sweep does. After an outage several moments have passed: only the last reminder
    is still worth sending, and none once the end itself has passed; what was passed over is `skipped`. A breach
    and its escalations are never skipped.
    """

    done: int
    reminder: Moment | None
    breach: bool
    escalations: tuple[Mapping[str, Any], ...]
    skipped: tuple[Moment, ...] = ()


def agenda_of(due_at: datetime, ladder: Iterable[int], escalate_to: Iterable[Mapping[str, Any]]) -> list[Moment]:
    """All moments in order. `ladder` in seconds from the end; a rung at 0 is the end itself, which always
    tells.
    """
    steps = [Moment(due_at + offset, offset) for offset in _offsets(tuple(ladder))]
    steps.append(Moment(due_at, timedelta(0), is_end=True))
    by_offset: dict[timedelta, list[Mapping[str, Any]]] = {}
    for escalation in escalate_to:
        by_offset.setdefault(timedelta(hours=escalation.get("after", 0)), []).append(escalation)
    steps += [Moment(due_at + offset, offset, escalations=tuple(who)) for offset, who in by_offset.items()]
    return sorted(steps, key=lambda moment: (moment.at, not moment.is_end, bool(moment.escalations)))


def turn_at(moments: Sequence[Moment], stage: int, at: datetime) -> Turn:
    """What is to be done at `at`, of the moments from `stage` on. Nothing, if the clock was set back."""
    passed = [moment for moment in moments[stage:] if moment.at <= at]
    breach = any(moment.is_end for moment in passed)
    reminders = [moment for moment in passed if moment.is_reminder]
    sent = reminders[-1] if reminders and not breach else None
    return Turn(
        done=stage + len(passed),
        reminder=sent,
        breach=breach,
        escalations=tuple(who for moment in passed for who in moment.escalations),
        skipped=tuple(moment for moment in reminders if moment is not sent),
    )


@lru_cache(maxsize=256)
def _offsets(ladder: tuple[int, ...]) -> tuple[timedelta, ...]:
    """There are few ladders, and a sweep climbs them by the thousand."""
    return tuple(timedelta(seconds=offset) for offset in sorted(set(ladder)) if offset)
