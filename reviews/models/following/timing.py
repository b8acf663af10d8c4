"""The terms of the deadlines of what comes after an approval."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.ladders import Seat, ladder, levels
from ethicsreview.policy import Policy
from reviews.models.following.contents import Kind
from reviews.models.reviewing.timing import end_of_day
from reviews.models.reviewing.urgent_timing import regulator_of
from reviews.rules.reporting import expedited_key

if TYPE_CHECKING:
    from reviews.models.following.report import Report

ASSESS, DECIDE, CONFIRM, INFORM = "report.assess", "report.decide", "report.confirm", "report.inform"


def assess(report: "Report", policy: Policy) -> dict[str, Any]:
    """Human Measures 26: a serious adverse event is assessed promptly; in how many hours, a setting says."""
    in_hours = report.kind == Kind.SAE
    limit = policy.entry("report.sae_assess_hours" if in_hours else "report.assess_days")
    return {
        "label": _("核查报告"),
        "length": limit.value,
        "unit": "hours" if in_hours else "days",
        "citation": limit.cite,
        "body": report.review.committee_id,
        "role": Role.SECRETARY,
        "ladder": ladder(policy, "reminders.sae" if in_hours else "reminders.report", hours=in_hours),
        "escalate_to": levels(policy, *_above(report), hours=in_hours),
    }


def decide(report: "Report", policy: Policy) -> dict[str, Any]:
    limit = policy.entry("report.decide_days")
    return {
        "label": _("决定如何处理报告"),
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "body": report.review.committee_id,
        "role": Role.CHAIR,
        "ladder": ladder(policy, "reminders.report"),
        "escalate_to": levels(policy, (Role.VICE_CHAIR, report.review.committee_id), *_above(report)[1:]),
    }


def confirm(report: "Report", policy: Policy) -> dict[str, Any]:
    """What the chair did alone stands only until the committee has looked at it."""
    limit = policy.entry("report.confirm_days")
    return {
        "label": _("委员会审查临时暂停"),
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "body": report.review.committee_id,
        "role": Role.SECRETARY,
        "ladder": ladder(policy, "reminders.report"),
        "escalate_to": levels(policy, *_above(report)),
    }


def inform(report: "Report", until: date, policy: Policy) -> dict[str, Any]:
    """Human Measures 38: what participants must be told, by the day that the committee has set."""
    return {
        "label": _("告知参与者"),
        "due_at": end_of_day(until),
        "citation": "human:38",
        "person": report.project.lead_id,
        "body": report.review.committee_id,
        "ladder": ladder(policy, "reminders.report"),
        "escalate_to": levels(policy, (Role.SECRETARY, report.review.committee_id), *_above(report)),
    }


def limit_of(answers: dict[str, Any], policy: Policy) -> date | None:
    """The last day to report this event, where a rule has a number (drug trials); elsewhere it is “immediately”."""
    if (key := expedited_key(answers)) and policy.has(key):
        return date.fromisoformat(str(answers["known_on"])) + timedelta(days=policy.value(key))
    return None


def last_day(moment: datetime) -> str:
    from ethicsreview.deadlines import calendar

    return calendar.last_day(moment).isoformat()


def _above(report: "Report") -> list[Seat | None]:
    return [
        (Role.CHAIR, report.review.committee_id),
        (Role.INSTITUTION_OFFICER, report.project.institution_id),
        regulator_of(report.review),
    ]
