"""Starting, stopping and moving deadlines. Always inside the transaction of the step that does it.

Every function takes the moment it happens at (`at`, aware) and the object the obligation hangs on, and
locks the one open row of that kind. The object's own lock comes first: the door has it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.utils import translation

from ethicsreview.accounts.models import Body, Person
from ethicsreview.deadlines import calendar
from ethicsreview.deadlines.models import Deadline, DeadlineQuerySet, Escalation, Named, Outcome, Unit
from ethicsreview.policy import cite


class Timed(Named, Protocol):
    """An object whose obligations are timed."""

    def subject(self) -> Named: ...
    def get_absolute_url(self) -> str: ...


class NotRunning(LookupError):
    """No deadline of this kind is open on the object, or it is not in the condition that the change needs."""


class WrongTerms(ValueError):
    """The terms of a deadline contradict each other."""


def start(
    kind: str,
    obj: Timed,
    *,
    at: datetime,
    label: str,
    length: int = 0,
    unit: str = Unit.FIXED,
    due_at: datetime | None = None,
    shift_holidays: bool = False,
    citation: str = "",
    body: Body | int | None = None,
    person: Person | int | None = None,
    role: str = "",
    ladder: Sequence[timedelta] = (),
    escalate_to: Sequence[Escalation] = (),
    lapses: bool = False,
    request_id: str = "",
) -> Deadline:
    """Begin an obligation at `at`: `length` units long, or ending at `due_at` if that is given.

    Who must act is one `person`, or the holders of `role` in `body` on the day. Where a person must, `body` says in
    whose matters. `ladder` says when to remind, from the end (negative: before); what lies before `at` is left out.
    `label` is a message in the source language, translated when it is shown. One that `lapses` is over with its end.
    Raises WrongTerms, UnknownCitation, and IntegrityError where one of the kind is already open on the object.
    """
    if due_at is None and length == 0:
        raise WrongTerms(f"{kind}: a length or an end")
    if length and unit == Unit.FIXED:
        raise WrongTerms(f"{kind}: a length has a unit")
    if role and body is None:
        raise WrongTerms(f"{kind}: a role is held in a body")
    if citation:
        cite(citation)  # an article that is none is found here, and not at midnight by the sweep
    subject = obj.subject()
    deadline = Deadline(
        kind=kind,
        label=_source_text(label),
        citation=citation,
        subject_kind=subject.noun,
        subject_ref=subject.ref,
        object_kind=obj.noun,
        object_ref=obj.ref,
        url=obj.get_absolute_url(),
        body_id=body.pk if isinstance(body, Body) else body,
        person_id=person.pk if isinstance(person, Person) else person,
        role=role,
        escalate_to=list(escalate_to),
        started_at=at,
        due_at=due_at or _end(at, length, unit, shift_holidays),
        unit=unit,
        length=length,
        shift_holidays=shift_holidays,
        ladder=[int(rung.total_seconds()) for rung in ladder],
        lapses=lapses,
        request_id=request_id,
    )
    deadline.reschedule(at)
    deadline.save()
    return deadline


def meet(kind: str, obj: Named, *, at: datetime) -> Deadline:
    """The obligation is fulfilled. If its end had passed, the row says so for ever. Raises NotRunning."""
    return _close(_open_row(kind, obj), Outcome.MET, at)


def settle(kind: str, obj: Named, *, at: datetime) -> Deadline | None:
    """`meet`, where the obligation runs; nothing where it does not."""
    deadline = _rows(kind, obj).first()
    return deadline and _close(deadline, Outcome.MET, at)


def cancel(kind: str, obj: Named, *, at: datetime) -> Deadline | None:
    """The obligation has fallen away (withdrawn, terminated). Does nothing where none is open."""
    deadline = _rows(kind, obj).first()
    return deadline and _close(deadline, Outcome.CANCELLED, at)


def pause(kind: str, obj: Named, *, at: datetime) -> Deadline:
    """Stop the clock, as while the applicant has the ball. Raises NotRunning if none is open or it stands
    already.
    """
    deadline = _open_row(kind, obj)
    if deadline.paused_at is not None:
        raise NotRunning(f"{deadline} is paused already")
    deadline.paused_at = at
    deadline.schedule(deadline.stage)
    deadline.history.append({"change": "paused", "at": _iso(at)})
    deadline.save()
    return deadline


def resume(kind: str, obj: Named, *, at: datetime) -> Deadline:
    """Let the clock run on: the end moves by the time it stood, in whole days for a limit in days or months.

    A limit that had already passed when the clock stopped stays passed. Raises NotRunning if it was not
    paused.
    """
    deadline = _open_row(kind, obj)
    if deadline.paused_at is None:
        raise NotRunning(f"{deadline} is not paused")
    old = deadline.due_at
    if deadline.paused_at < old:
        deadline.due_at = _moved(deadline, deadline.paused_at, at)
    deadline.paused_total += max(at - deadline.paused_at, timedelta(0))
    deadline.paused_at = None
    deadline.history.append(
        {
            "change": "resumed",
            "at": _iso(at),
            "from": _iso(old),
            "to": _iso(deadline.due_at),
        }
    )
    if deadline.due_at == old:
        deadline.schedule(deadline.stage)
    else:
        deadline.reschedule(at)
    deadline.save()
    return deadline


def extend(kind: str, obj: Named, *, due_at: datetime, reason: str, at: datetime) -> Deadline:
    """Set a later end, with its reason; the old one is kept. Raises NotRunning, or WrongTerms for an
    earlier end.
    """
    deadline = _open_row(kind, obj)
    if due_at <= deadline.due_at:
        raise WrongTerms(f"{deadline}: an extension ends later")
    if not reason.strip():
        raise WrongTerms(f"{deadline}: an extension has a reason")
    if deadline.paused_at is None:
        _note_breach(deadline, at)
    deadline.history.append(
        {
            "change": "extended",
            "at": _iso(at),
            "from": _iso(deadline.due_at),
            "to": _iso(due_at),
            "reason": reason,
        }
    )
    deadline.due_at, deadline.escalated_at = due_at, None
    deadline.reschedule(at)
    deadline.save()
    return deadline


def hand_over(obj: Timed, *, old: Person, new: Person, at: datetime) -> list[Deadline]:
    """Every open obligation of one person in the matters of the object's subject is another's from now on."""
    subject = obj.subject()
    rows = Deadline.objects.open().filter(subject_kind=subject.noun, subject_ref=subject.ref, person=old)
    handed = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for deadline in handed:
        deadline.person = new
        deadline.history.append({"change": "handed_over", "at": _iso(at), "from": old.username, "to": new.username})
        deadline.save()
    return handed


def _rows(kind: str, obj: Named) -> DeadlineQuerySet:
    return Deadline.objects.of(obj).open().filter(kind=kind).select_for_update(of=("self",))


def _open_row(kind: str, obj: Named) -> Deadline:
    deadline = _rows(kind, obj).first()
    if deadline is None:
        raise NotRunning(f"no open {kind} on {obj.noun}:{obj.ref}")
    return deadline


def _close(deadline: Deadline, outcome: Outcome, at: datetime) -> Deadline:
    if deadline.paused_at is None:
        _note_breach(deadline, at)
    else:
        deadline.paused_total += max(at - deadline.paused_at, timedelta(0))
        deadline.paused_at = None
    # A machine's clock may have been set back since it began.
    deadline.closed_at = max(at, deadline.started_at)
    deadline.outcome = outcome
    deadline.schedule(deadline.stage)
    deadline.save()
    return deadline


def _note_breach(deadline: Deadline, at: datetime) -> None:
    """A late step may come before the sweep: the end had passed all the same."""
    if deadline.breached_at is None and deadline.due_at <= at:
        deadline.breached_at = deadline.due_at


def _moved(deadline: Deadline, paused_at: datetime, at: datetime) -> datetime:
    if not deadline.by_day:
        return deadline.due_at + max(at - paused_at, timedelta(0))
    stood = calendar.law_day(at) - calendar.law_day(paused_at)
    return calendar.end_of_days(
        deadline.last_day, max(stood.days, 0), shift_holidays=deadline.shift_holidays and stood.days > 0
    )


def _end(at: datetime, length: int, unit: str, shift_holidays: bool) -> datetime:
    match Unit(unit):
        case Unit.HOURS:
            return calendar.end_of_hours(at, length)
        case Unit.DAYS:
            return calendar.end_of_days(at, length, shift_holidays=shift_holidays)
        case Unit.MONTHS:
            return calendar.end_of_months(at, length, shift_holidays=shift_holidays)
        case Unit.FIXED:
            raise WrongTerms("a fixed date is given by due_at")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _source_text(label: str) -> str:
    with translation.override(None):
        return str(label)
