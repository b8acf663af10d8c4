"""Declaring an emergency. Every face does it here."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Authority, Person
from ethicsreview.accounts.regions import is_within
from ethicsreview.deadlines import clock
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.models.emergencies.event import END, EmergencyEvent, ending


def declare(authority: Authority, *, by: Person, at: datetime | None = None, **declared: Any) -> EmergencyEvent:
    """A new emergency, in force from its beginning.

    Raises NotPermitted for whoever is not a regulator of that department, and InvalidInput where the region lies
    outside its territory or the event would be over before it is declared.
    """
    moment = at or timezone.now()
    declared["starts_at"] = declared.get("starts_at") or moment
    errors = {}
    if authority.level != Authority.Level.NATIONAL and not is_within(declared["region"], authority.region):
        errors["region"] = [_("该地区不在本部门的辖区之内。")]
    if declared.get("until") and declared["until"] < law_day(moment):
        errors["until"] = [_("日期不能早于今天。")]
    if errors:
        raise InvalidInput(errors)
    with transaction.atomic():
        event = create(
            EmergencyEvent(authority=authority, **declared),
            by=by,
            at=moment,
            kind=declared["kind"],
            level=declared["level"],
            region=declared["region"],
            grounds=declared["grounds"],
            instrument=declared["instrument"],
        )
        if event.until is not None:
            clock.start(END, event, at=moment, **ending(event, moment))
            event.note_next_due()
    return event
