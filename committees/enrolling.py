"""Entering a re-check expert: the office and what is known of them, in one transaction. Every face begins it here."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Expert
from ethicsreview.accounts.models import Appointment, Authority, Person, Role
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import Refusal, Refused


def enrol(
    authority: Authority,
    *,
    by: Any,
    person: Person,
    starts: date,
    ends: date | None = None,
    at: datetime | None = None,
    **described: Any,
) -> Expert:
    """A new expert in the authority's register. Raises NotPermitted, or Refused where the person is in it already.

    Who holds the office and stands in no register yet keeps their appointment.
    """
    moment = at or timezone.now()
    with transaction.atomic():
        running = Q(ends__isnull=True) | Q(ends__gte=starts)
        offices = Appointment.objects.filter(running, person=person, body=authority, role=Role.RECHECK_EXPERT)
        if Expert.objects.filter(appointment__in=offices, state=Expert.State.ACTIVE).exists():
            words = _("%(name)s已在本部门的复核专家库中")
            raise Refused([Refusal("enrolled", words, {"name": person.name}, "national:28")])
        appointment = offices.filter(expert=None).first() or Appointment(
            person=person, role=Role.RECHECK_EXPERT, body=authority, starts=starts
        )
        appointment.ends = ends
        appointment.save()
        expert = Expert(appointment=appointment, authority=authority, **described)
        return create(expert, by=by, at=moment, person=person.username, authority=authority.ref)
