"""The passing of time: reminders, breaches and escalations of all deadlines that are due for a look.

Any number of sweeps may run at once and be repeated; a row is visited when its `next_at` has come, by one
of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from ethicsreview.accounts.bulk import sent_ahead, update
from ethicsreview.accounts.request_id import current_request_id
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines import lapsing, pulse, words
from ethicsreview.deadlines.agenda import Moment, Turn, agenda_of, turn_at
from ethicsreview.deadlines.models import Deadline, Outcome
from ethicsreview.deadlines.naming import Object, names_of
from ethicsreview.deadlines.recipients import Recipients
from ethicsreview.notices.outbox import Post, draft, write
from ethicsreview.trail.models import Chain
from ethicsreview.trail.record import Record, append

log = structlog.get_logger(__name__)
BATCH = 500
WRITTEN = ["breached_at", "escalated_at", "closed_at", "outcome", "stage", "next_at", "history"]


@dataclass(frozen=True)
class Visit:
    """What one look at one deadline does."""

    deadline: Deadline
    turn: Turn
    moments: Sequence[Moment]

    @property
    def is_over(self) -> bool:
        return self.turn.breach and self.deadline.lapses

    @property
    def is_breach(self) -> bool:
        return self.turn.breach and not self.deadline.lapses


@dataclass(frozen=True)
class Swept:
    visited: int = 0
    reminded: int = 0
    breached: int = 0
    escalated: int = 0
    lapsed: int = 0
    skipped: int = 0

    def with_visit(self, visit: Visit) -> "Swept":
        return replace(
            self,
            visited=self.visited + 1,
            reminded=self.reminded + (visit.turn.reminder is not None),
            breached=self.breached + visit.is_breach,
            escalated=self.escalated + bool(visit.turn.escalations),
            lapsed=self.lapsed + visit.is_over,
            skipped=self.skipped + len(visit.turn.skipped),
        )


def _silent(_visit: Visit) -> None:
    pass


def sweep(at: datetime, *, dry_run: bool = False, limit: int = BATCH, tell: Callable[[Visit], None] = _silent) -> Swept:
    """Look at every deadline that is due for it at `at`, `limit` rows in a transaction; `tell` hears of each.

    After an outage each row is visited once and sends its latest reminder alone. A dry run writes nothing.
    """
    swept = Swept()
    for batch in _planned(at, limit) if dry_run else _done(at, limit):
        for visit in batch:
            swept = swept.with_visit(visit)
            tell(visit)
    if not dry_run:
        pulse.beaten(pulse.SWEEP, at, asdict(swept))
    return swept


def _planned(at: datetime, limit: int) -> Iterator[list[Visit]]:
    for deadline in Deadline.objects.to_sweep(at).iterator(limit):
        yield [_visit(deadline, at)]


def _done(at: datetime, limit: int) -> Iterator[list[Visit]]:
    passed_over: set[int] = set()
    while True:
        rows: list[Deadline] = []
        try:
            with transaction.atomic():
                due = Deadline.objects.to_sweep(at).exclude(pk__in=passed_over)
                rows += due.select_for_update(skip_locked=True, of=("self",))[:limit]
                visits = _free([_visit(row, at) for row in rows])
                _carry_out(visits, at)
        except Exception:
            if not rows:
                raise
            # One bad row must not hold up the others: from here on each goes alone, and it stays behind.
            limit = 1
            if len(rows) == 1:
                log.exception("deadline_not_swept", deadline=rows[0].pk)
                passed_over.add(rows[0].pk)
            continue
        if not rows:
            return
        passed_over |= {row.pk for row in rows} - {visit.deadline.pk for visit in visits}
        lapsing.tell({(visit.deadline.object_kind, visit.deadline.object_ref) for visit in visits if visit.is_over})
        yield visits


def _visit(deadline: Deadline, at: datetime) -> Visit:
    moments = agenda_of(deadline.due_at, deadline.ladder, deadline.escalate_to)
    return Visit(deadline, turn_at(moments, deadline.stage, at), moments)


def _carry_out(visits: Sequence[Visit], at: datetime) -> None:
    recipients = Recipients.of([visit.deadline for visit in visits], at)
    names = names_of(_owned(visits))
    posts: list[Post] = []
    records: list[Record] = []
    for visit in visits:
        deadline, turn = visit.deadline, visit.turn
        if visit.is_breach:
            deadline.breached_at = deadline.breached_at or deadline.due_at
            records.append(_breach_record(deadline, at))
        elif visit.is_over:
            deadline.closed_at, deadline.outcome = max(deadline.due_at, deadline.started_at), Outcome.LAPSED
        if turn.escalations:
            deadline.escalated_at = deadline.escalated_at or at
        deadline.history += _told(turn, at)
        posts += words.posts_for(deadline, turn, recipients, names, at)
        deadline.schedule(turn.done, visit.moments)
    if records:
        append(*records)
    with sent_ahead():
        update([visit.deadline for visit in visits], WRITTEN)
        drafts = [draft(post, at) for post in posts]
    write(drafts, at)


def _owned(visits: Sequence[Visit]) -> dict[Object, bool]:
    found: dict[Object, bool] = {}
    for deadline in (visit.deadline for visit in visits):
        one = (deadline.object_kind, deadline.object_ref)
        found[one] = found.get(one, False) or deadline.person_id is not None
    return found


def _told(turn: Turn, at: datetime) -> Iterator[dict[str, Any]]:
    """What the row keeps of a visit: reminded, passed over, told above."""
    done = at.astimezone(UTC).isoformat()
    if turn.skipped:
        yield {"change": "skipped", "at": done, "rungs": [_rung(moment) for moment in turn.skipped]}
    if turn.reminder is not None:
        yield {"change": "reminded", "at": done, "rung": _rung(turn.reminder)}
    if turn.escalations:
        yield {"change": "escalated", "at": done, "to": [who["role"] for who in turn.escalations]}


def _rung(moment: Moment) -> int:
    return int(moment.offset.total_seconds())


def _breach_record(deadline: Deadline, at: datetime) -> Record:
    return Record(
        subject=(deadline.subject_kind, deadline.subject_ref),
        object=(deadline.object_kind, deadline.object_ref),
        step="deadline_breached",
        at=at,
        actor=("system", "", str(SYSTEM.name)),
        citation=deadline.citation,
        facts={"deadline": deadline.kind, "due_at": deadline.due_at.isoformat()},
        request_id=current_request_id(),
    )


def _free(visits: Sequence[Visit]) -> list[Visit]:
    """Without the breaches of subjects in whose chain a step is writing just now; the others' chains are locked.

    A step locks its subject first and its deadline after; the sweep has the deadline first. Were it to wait
    for the chain, the two could wait for each other for ever. So it never waits: a busy subject's turn comes a
    minute later.
    """
    busy = _busy({_subject(visit) for visit in visits if visit.is_breach})
    return [visit for visit in visits if not visit.is_breach or _subject(visit) not in busy]


def _subject(visit: Visit) -> tuple[str, str]:
    return visit.deadline.subject_kind, visit.deadline.subject_ref


def _busy(subjects: set[tuple[str, str]]) -> set[tuple[str, str]]:
    if not subjects:
        return set()
    wanted = Q()
    for kind in {kind for kind, _ref in subjects}:
        wanted |= Q(subject_kind=kind, subject_ref__in=[ref for of, ref in subjects if of == kind])
    chains = Chain.objects.filter(wanted).values_list("subject_kind", "subject_ref")
    free = set(chains.select_for_update(skip_locked=True))
    # A subject without a chain has none to wait for.
    return set() if free == subjects else set(chains) - free
