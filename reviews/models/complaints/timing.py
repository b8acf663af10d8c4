"""The terms of a complaint's deadlines, and of what is investigated and decided upon it."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Body, Role
from ethicsreview.deadlines.calendar import end_of_day, end_of_days, end_of_working_days
from ethicsreview.deadlines.ladders import ladder
from ethicsreview.policy import Policy
from reviews.models.complaints.kinds import Track

TRIAGE, FINISH = "complaint.triage", "investigation.finish"
STATE, OBJECT = "respondent.state", "sanction.state"
RECTIFY, APPEAL, RECONSIDER = "sanction.rectify", "sanction.appeal", "sanction.reconsider"


def office(body: Body) -> str:
    """Who in a body deals with complaints."""
    return Role.INSTITUTION_OFFICER if body.kind == Body.Kind.INSTITUTION else Role.REGULATOR


def triage(body: Body, track: str, policy: Policy, at: datetime) -> dict[str, Any]:
    """Working days by the misconduct rules; else calendar days, a setting: no text states a time."""
    misconduct = track == Track.MISCONDUCT
    entry = policy.entry("complaint.first_check_working_days" if misconduct else "complaint.triage_days")
    terms = {"label": _("初核投诉举报，决定是否受理"), "citation": entry.cite, **_of(body, policy)}
    if misconduct:
        return terms | {"due_at": end_of_working_days(at, entry.value)}
    return terms | {"length": entry.value, "unit": "days"}


def finish(body: Body, track: str, policy: Policy) -> dict[str, Any]:
    """Months, by the misconduct rules; else a setting."""
    misconduct = track == Track.MISCONDUCT
    entry = policy.entry("complaint.investigation_months" if misconduct else "complaint.ethics_months")
    terms = {"label": _("完成调查"), "length": entry.value, "unit": "months", "citation": entry.cite}
    return terms | _of(body, policy)


ANSWERS = {
    Body.Kind.INSTITUTION: Role.INSTITUTION_OFFICER,
    Body.Kind.COMMITTEE: Role.SECRETARY,
    Body.Kind.AUTHORITY: Role.REGULATOR,
}


def hearing(label: Any, until: date, policy: Policy, person: int | None, body: Body | None) -> dict[str, Any]:
    """Until when whoever is accused may state their case; what they leave out is lost, and nobody is late. Empty for
    somebody outside the register, whom nobody can remind.
    """
    if person is None and body is None:
        return {}
    whom: dict[str, Any] = {"person": person}
    if body is not None:
        whom = {"body": body.pk, "role": ANSWERS[Body.Kind(body.kind)]}
    return {
        "label": label,
        "due_at": end_of_day(until),
        "citation": policy.entry("complaint.hearing_days").cite,
        "ladder": ladder(policy, "reminders.complaint"),
        "lapses": True,
        **whom,
    }


def reconsideration(body: Body, policy: Policy) -> dict[str, Any]:
    entry = policy.entry("complaint.reconsider_days")
    terms = {"label": _("复核处理决定"), "length": entry.value, "unit": "days", "citation": entry.cite}
    return terms | _of(body, policy)


def appeal_until(track: str, policy: Policy, served_on: date) -> tuple[datetime, str]:
    """The end of the time to appeal against a decision served on this law day, and its article."""
    if track == Track.MISCONDUCT:
        entry = policy.entry("complaint.appeal_working_days")
        return end_of_working_days(served_on, entry.value), entry.cite
    entry = policy.entry("complaint.ethics_appeal_days")
    return end_of_days(served_on, entry.value), entry.cite


def _of(body: Body, policy: Policy) -> dict[str, Any]:
    return {"body": body.pk, "role": office(body), "ladder": ladder(policy, "reminders.complaint")}
