"""Who is told about deadlines: the holders of the roles on the day, for a whole batch in one query."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from ethicsreview.accounts.models import Appointment, Person
from ethicsreview.deadlines.models import Deadline

Seat = tuple[str, int]
# Of an object by its reference: which of these people may not learn of it, whatever office they hold.
Hiding = Callable[[str, Iterable[Person], datetime], set[int]]
_HIDDEN: dict[str, Hiding] = {}


def hide(noun: str, hiding: Hiding) -> None:
    """Of objects of this kind nobody is reminded who may not learn of them: somebody accused, say, in the very office
    that handles the accusation.
    """
    _HIDDEN[noun] = hiding


@dataclass(frozen=True)
class Recipients:
    holders: Mapping[Seat, Sequence[Person]]
    people: Mapping[int, Person]
    at: datetime

    @classmethod
    def of(cls, deadlines: Iterable[Deadline], at: datetime) -> "Recipients":
        seats: set[Seat] = set()
        named: set[int] = set()
        for deadline in deadlines:
            if deadline.person_id is not None:
                named.add(deadline.person_id)
            elif deadline.role and deadline.body_id is not None:
                seats.add((deadline.role, deadline.body_id))
            seats |= {(who["role"], who["body_id"]) for who in deadline.escalate_to}
        return cls(_holders(seats, at), Person.objects.in_bulk(named) if named else {}, at)

    def who_must_act(self, deadline: Deadline) -> list[Person]:
        """The people whose duty it is. Where the seat is empty, those it would be escalated to: a duty
        whose holder has left is still somebody's.
        """
        if deadline.person_id is not None:
            acting = [self.people[deadline.person_id]]
        else:
            acting = self._told(deadline, self.holders.get((deadline.role, deadline.body_id or 0), ()))
        active = [person for person in acting if person.is_active]
        return active or self.of_escalations(deadline, deadline.escalate_to)

    def of_escalations(self, deadline: Deadline, escalations: Iterable[Mapping[str, Any]]) -> list[Person]:
        above = (self.holders.get((who["role"], who["body_id"]), ()) for who in escalations)
        return self._told(deadline, [person for people in above for person in people])

    def _told(self, deadline: Deadline, people: Sequence[Person]) -> list[Person]:
        hiding = _HIDDEN.get(deadline.object_kind)
        hidden = hiding(deadline.object_ref, people, self.at) if hiding and people else frozenset()
        return [person for person in people if person.pk not in hidden]


def _holders(seats: set[Seat], at: datetime) -> dict[Seat, list[Person]]:
    holders: dict[Seat, list[Person]] = {}
    if not seats:
        return holders
    current = Appointment.objects.current(at).filter(
        role__in={role for role, _body in seats}, body__in={body for _role, body in seats}
    )
    # The person once for each seat: the appointment itself tells nothing more.
    seated = Person.objects.filter(is_active=True, appointments__in=current).order_by("appointments__pk")
    for person in seated.annotate(seat_role=F("appointments__role"), seat_body=F("appointments__body")):
        seat = (person.seat_role, person.seat_body)
        if seat in seats:
            holders.setdefault(seat, []).append(person)
    return holders
