"""What an investigation has told somebody about themselves, as long as it goes on: their way back to it from the first
page, whatever becomes of the notices. The pages say what can still be done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.deadlines.ending import Ending
from ethicsreview.ui.states import tone_of
from reviews.models import Respondent
from reviews.models.investigations.kinds import RespondentState
from reviews.models.investigations.respondent import accused_self
from reviews.models.sanctions.kinds import STANDING, SanctionState

HEARD = (RespondentState.NOTIFIED, RespondentState.STATED)
GOING_ON = (SanctionState.NOTIFIED, SanctionState.STATED, SanctionState.DECIDED, *STANDING)
TERMS = ("ref", "state", "heard_until", "sanctions__ref", "sanctions__state", "sanctions__heard_until")
MOST = 20


def _told(standing: Standing) -> "QuerySet[Any, Any]":
    going_on = Q(state__in=HEARD) | Q(state=RespondentState.ESTABLISHED, sanctions__state__in=GOING_ON)
    rows = Respondent.objects.filter(accused_self(standing) & going_on).order_by("-pk", "-sanctions__pk")
    return rows.values_list(
        *TERMS, "sanctions__number", "sanctions__appeal_until", "sanctions__appealed_at", named=True
    )[:MOST]


TOLD = PreparedFor(_told)


@dataclass(frozen=True)
class Told:
    """`end`: until when they are heard, or may appeal."""

    label: str
    url: str
    state: str
    tone: str
    end: Ending | None


def told(standing: Standing, at: datetime) -> list[Told]:
    """One query."""
    return [_sanction(row, at) if row.sanctions__ref else _findings(row, at) for row in TOLD(standing)]


def _findings(row: Any, at: datetime) -> Told:
    waits = row.state == RespondentState.NOTIFIED
    label = _("陈述申辩：调查认定 %(ref)s") if waits else _("调查认定 %(ref)s")
    return Told(
        label=label % {"ref": row.ref},
        url=reverse("portal:respondent", args=[row.ref]),
        state=str(RespondentState(row.state).label),
        tone=tone_of(row.state),
        end=_until(row.heard_until, at) if waits else None,
    )


def _sanction(row: Any, at: datetime) -> Told:
    state, end = row.sanctions__state, None
    label = _("处理决定 %(ref)s")
    if state == SanctionState.NOTIFIED:
        label, end = _("陈述申辩：拟作的处理 %(ref)s"), _until(row.sanctions__heard_until, at)
    elif state in STANDING and row.sanctions__appealed_at is None and (row.sanctions__appeal_until or at) > at:
        label, end = _("处理决定 %(ref)s（可以申诉）"), Ending.on(row.sanctions__appeal_until, at)
    return Told(
        label=label % {"ref": row.sanctions__number or row.sanctions__ref},
        url=reverse("portal:sanction", args=[row.sanctions__ref]),
        state=str(SanctionState(state).label),
        tone=tone_of(state),
        end=end,
    )


def _until(day: Any, at: datetime) -> Ending | None:
    return Ending.on(end_of_day(day), at) if day else None
