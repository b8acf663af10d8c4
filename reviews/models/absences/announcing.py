"""Announcing an absence; every face announces it here."""

from datetime import date, datetime

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.models.absences.absence import Absence, decline_for
from reviews.models.meetings.meeting import Meeting


class AbsenceForm(forms.Form):
    starts_on = forms.DateField(label=_("请假自"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("请假至"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("首日和末日都算在内。")
    )


def wrong(starts_on: date, ends_on: date, today: date) -> dict[str, list[str]]:
    """All that is wrong with the days, by field."""
    found: dict[str, list[str]] = {}
    if ends_on < starts_on:
        found["ends_on"] = [str(_("末日不应早于首日。"))]
    elif ends_on < today:
        found["ends_on"] = [str(_("已经过去。"))]
    return found


def announce(
    committee: Committee, *, by: Person, starts_on: date, ends_on: date, at: datetime | None = None
) -> Absence:
    """Say when one will be away; whatever meeting falls into it is declined. Raises NotPermitted, InvalidInput."""
    moment = at or timezone.now()
    absence = Absence(committee=committee, person=by, starts_on=starts_on, ends_on=ends_on)
    with transaction.atomic():
        if errors := wrong(starts_on, ends_on, law_day(moment)):
            raise InvalidInput(errors)
        days = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
        made = create(absence, by=by, at=moment, **days)
        decline_for([made], Meeting.objects.planned().filter(committee=committee).select_related("committee"))
    return made
