"""The terms of the deadlines of annual reports. That of a committee's own report hangs on the committee."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import end_of_day, end_of_days
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.policy import Policy
from reviews.models.annual.kinds import Level

if TYPE_CHECKING:
    from reviews.models.annual.report import AnnualReport

CITY, CORRECT = "annual_report.city", "annual_report.correct"


def city(report: "AnnualReport", policy: Policy, at: datetime) -> dict[str, Any]:
    """Shandong 1: cities report periodically. The day is a setting. Drafted after it, for a department that has come
    later, the report has as many days as one that was returned: nothing is late when it begins.
    """
    day = policy.entry("annual_report.city_due")
    due_at = end_of_day(date.fromisoformat(f"{report.year + 1:04}-{day.value}"))
    if due_at <= at:
        due_at = end_of_days(at, policy.value("annual_report.correction_days"))
    return {
        "label": _("向省级主管部门提交市级汇总报告"),
        "due_at": due_at,
        "citation": policy.entry("annual_report.cities").cite,
        "body": report.body_id,
        "role": Role.REGULATOR,
        "ladder": ladder(policy, "reminders.annual_report"),
        "escalate_to": levels(policy, (Role.REGULATOR, report.receiver_id) if report.receiver_id else None),
    }


def correction(report: "AnnualReport", policy: Policy) -> dict[str, Any]:
    """What was returned is submitted anew in days that are a setting."""
    limit = policy.entry("annual_report.correction_days")
    officer = report.institution_id if report.level == Level.COMMITTEE else None
    whose = (report.body_id, Role.SECRETARY) if report.level == Level.COMMITTEE else (report.body_id, Role.REGULATOR)
    body, role = (officer, Role.INSTITUTION_OFFICER) if officer else whose
    return {
        "label": _("补正并重新提交年度报告"),
        "length": limit.value,
        "unit": "days",
        "shift_holidays": policy.value("calendar.shift_holidays"),
        "citation": policy.entry("annual_report.due").cite,
        "body": body,
        "role": role,
        "ladder": ladder(policy, "reminders.registration"),
        "escalate_to": levels(policy, (Role.REGULATOR, report.receiver_id) if report.receiver_id else None),
    }
