"""What the sweep says, to whom; the words themselves stand in notices.toml."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.agenda import Turn
from ethicsreview.deadlines.models import Deadline, Unit
from ethicsreview.deadlines.naming import Name, Object
from ethicsreview.deadlines.recipients import Recipients
from ethicsreview.notices.outbox import Post
from ethicsreview.policy import cite


def posts_for(
    deadline: Deadline, turn: Turn, recipients: Recipients, names: Mapping[Object, Name], at: datetime
) -> Iterator[Post]:
    """At most one notice of each sort; who both must act and is escalated to gets the first alone."""
    found = names.get((deadline.object_kind, deadline.object_ref))
    open_to_all = found.text if found and not found.own else ""
    acting = recipients.who_must_act(deadline)
    theirs = [person.pk for person in acting] == [deadline.person_id]
    name = found.text if found and theirs else open_to_all
    if turn.breach:
        yield _post("deadline.lapse" if deadline.lapses else "deadline.breach", deadline, name, acting, at)
    elif turn.reminder is not None:
        key = "deadline.reminder" if turn.reminder.is_reminder_before else "deadline.overdue"
        yield _post(key, deadline, name, acting, at, rung=str(int(turn.reminder.offset.total_seconds())))
    if turn.escalations:
        told = {person.pk for person in acting} if turn.breach else set()
        above = [person for person in recipients.of_escalations(deadline, turn.escalations) if person.pk not in told]
        rung = "+".join(str(who.get("after", 0)) for who in turn.escalations)
        yield _post("deadline.escalation", deadline, open_to_all, above, at, rung=rung)


def _post(key: str, deadline: Deadline, name: str, people: list[Person], at: datetime, *, rung: str = "") -> Post:
    return Post(
        key=key,
        people=people,
        context=_context(deadline, name, at),
        object_kind=deadline.object_kind,
        object_ref=deadline.object_ref,
        url=deadline.url,
        # The same rung of the same end is told once, whoever sweeps; a new end is told anew.
        dedupe=f"{key}:{deadline.pk}:{deadline.due_at.isoformat()}:{rung}",
        urgent=deadline.unit == Unit.HOURS,
        # What one person owes is theirs alone; what an office owes is its body's.
        bodies=lambda: {deadline.body_id} if deadline.person_id is None and deadline.body_id else set(),
    )


def _context(deadline: Deadline, name: str, at: datetime) -> dict[str, Any]:
    """Lazy, so that each person reads it in their own language."""
    ref = deadline.object_ref
    return {
        "label": _Text(lambda: deadline.title),
        "ref": _Text(lambda: gettext("%(ref)s《%(name)s》") % {"ref": ref, "name": name}) if name else ref,
        "due": _Text(lambda: deadline.due_text),
        "left": _Text(lambda: deadline.left(at)),
        "ground": _Text(lambda: _ground(deadline)),
    }


class _Text:
    """Said when it is read: a sweep has thousands, and Django's `lazy` is dearer than all that it puts off."""

    def __init__(self, of: Callable[[], str]) -> None:
        self._of = of

    def __str__(self) -> str:
        return self._of()


def _ground(deadline: Deadline) -> str:
    return _ground_of(deadline.citation, get_language()) if deadline.citation else ""


@lru_cache(maxsize=256)
def _ground_of(citation: str, _language: str | None) -> str:
    """There are few articles with a time, and many deadlines under each."""
    return gettext("（依据：%(article)s）") % {"article": cite(citation)}
