"""The groups of people around a committee to whom a step speaks; each is asked for at nearly every step."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from ethicsreview.accounts.models import COMMITTEE_ROLES, Appointment, Person, Role
from ethicsreview.accounts.prepared import Given, Prepared

GROUPS = {"secretaries": {Role.SECRETARY}, "chair": {Role.CHAIR}, "seated": COMMITTEE_ROLES}


def holders(group: str, body: int) -> list[Person]:
    """Who is in the group today, of those whose account is open. Raises KeyError for a group that is none."""
    return _BY_GROUP[group](body=body, day=timezone.localdate())


def keepers_of(institution: int | None) -> list[Person]:
    """The officers of the institution; where a committee has none, the operators keep it."""
    day = timezone.localdate()
    return OPERATORS(day=day) if institution is None else OFFICERS(body=institution, day=day)


def _holding(roles: Collection[str], **where: Given) -> Prepared:
    def build() -> "QuerySet[Person]":
        held = Appointment.objects.on(Given("day")).filter(role__in=sorted(roles), **where)
        return Person.objects.filter(appointments__in=held, is_active=True).distinct().order_by("pk")

    return Prepared(build)


_BY_GROUP = {group: _holding(roles, body=Given("body")) for group, roles in GROUPS.items()}
OFFICERS = _holding({Role.INSTITUTION_OFFICER}, body=Given("body"))
OPERATORS = _holding({Role.OPERATOR})
