"""What is addressed to somebody besides their projects: to be heard in an investigation, to appeal against a sanction,
to sign a commitment. It stays on the first page whatever becomes of the notices; the pages say what can still be done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, DateField, DateTimeField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.deadlines.ending import Ending
from ethicsreview.ui.states import tone_of
from reviews.models import Commitment, Respondent, Sanction
from reviews.models.investigations.kinds import RespondentState
from reviews.models.investigations.respondent import accused_self
from reviews.models.programmes.commitment import TO_SIGN
from reviews.models.sanctions.kinds import STANDING, SanctionState

HEARD = (RespondentState.NOTIFIED, RespondentState.STATED)
GOING_ON = (SanctionState.NOTIFIED, SanctionState.STATED, SanctionState.DECIDED, *STANDING)
COLUMNS = ("noun", "ref", "called", "state", "day", "moment")
MOST = 20


def _addressed(standing: Standing) -> "QuerySet[Any, Any]":
    findings = Respondent.objects.filter(accused_self(standing), state__in=HEARD)
    sanctions = Sanction.objects.filter(accused_self(standing, "respondent__"), state__in=GOING_ON)
    appealable = Case(When(state__in=STANDING, appealed_at=None, then=F("appeal_until")))
    unsigned = Q(lead=standing.person, lead_signed_at=None)
    units = standing.bodies(Role.INSTITUTION_OFFICER)
    unsigned |= Q(institution__in=units, unit_signs=True, unit_signed_at=None)
    letters = Commitment.objects.filter(unsigned, state__in=TO_SIGN)
    kinds = [
        _alike(findings, Value(""), F("heard_until"), Value(None)),
        _alike(sanctions, F("number"), F("heard_until"), appealable),
        _alike(letters, F("entry__title"), Value(None), F("next_due_at")),
    ]
    return kinds[0].union(*kinds[1:], all=True).order_by("noun", "ref")[:MOST]


def _alike(rows: "QuerySet[Any]", called: Any, day: Any, moment: Any) -> "QuerySet[Any, Any]":
    given = {
        "noun": Value(rows.model.noun, output_field=CharField()),
        "called": Cast(called, CharField(max_length=400)),
        "day": Cast(day, DateField()),
        "moment": Cast(moment, DateTimeField()),
    }
    return rows.order_by().annotate(**given).values_list(*COLUMNS, named=True)


ADDRESSED = PreparedFor(_addressed)


@dataclass(frozen=True)
class Addressed:
    """`end`: until when they are heard, may appeal, or are to sign."""

    label: str
    url: str
    state: str
    tone: str
    end: Ending | None


def addressed(standing: Standing, at: datetime) -> list[Addressed]:
    """One query; what ends soonest first."""
    found = [_one(row, at) for row in ADDRESSED(standing)]
    return sorted(found, key=lambda one: (one.end is None, one.end.due_at if one.end else at))


def _one(row: Any, at: datetime) -> Addressed:
    states: Any = {"respondent": RespondentState, "sanction": SanctionState, "commitment": Commitment.State}
    label, end = _words(row, at)
    return Addressed(
        label=label % {"ref": row.called or row.ref},
        url=reverse(f"portal:{row.noun}", args=[row.ref]),
        state=str(states[row.noun](row.state).label),
        tone=tone_of(row.state),
        end=Ending.on(end, at) if end else None,
    )


def _words(row: Any, at: datetime) -> tuple[str, datetime | None]:
    heard = end_of_day(row.day) if row.day else None
    if row.noun == Commitment.noun:
        return _("签署科技伦理承诺书：%(ref)s"), row.moment
    if row.noun == Respondent.noun:
        waits = row.state == RespondentState.NOTIFIED
        return (_("陈述申辩：调查认定 %(ref)s"), heard) if waits else (_("调查认定 %(ref)s"), None)
    if row.state == SanctionState.NOTIFIED:
        return _("陈述申辩：拟作的处理 %(ref)s"), heard
    if row.state == SanctionState.STATED:
        return _("拟作的处理 %(ref)s"), None
    may_appeal = row.moment is not None and row.moment > at
    return (_("处理决定 %(ref)s（可以申诉）"), row.moment) if may_appeal else (_("处理决定 %(ref)s"), None)
