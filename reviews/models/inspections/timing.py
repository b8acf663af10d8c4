"""The terms of an inspection's deadlines, and of what is to be put right. No text states days: all are settings."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority, Role, authority_over
from ethicsreview.accounts.regions import province_of
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.deadlines.ladders import Seat, ladder, levels
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from reviews.models.inspections.inspection import Inspection
    from reviews.models.inspections.rectification import Rectification

VISIT, REPORT, COMMENT = "inspection.visit", "inspection.report", "inspection.comment"
RECTIFY, CHECK = "rectification.finish", "rectification.check"


def visit(inspection: "Inspection", policy: Policy) -> dict[str, Any]:
    """By the last of the planned days."""
    terms = {"label": _("开展现场检查"), "due_at": end_of_day(inspection.ends_on), "citation": inspection.ground_cite}
    return terms | _department(inspection, policy)


def report(inspection: "Inspection", policy: Policy) -> dict[str, Any]:
    limit = policy.entry("inspection.report_days")
    terms = {"label": _("出具检查报告"), "length": limit.value, "unit": "days", "citation": limit.cite}
    return terms | _department(inspection, policy)


def comment(inspection: "Inspection", policy: Policy) -> dict[str, Any]:
    """Who has nothing to say lets it pass, and is not late."""
    limit = policy.entry("inspection.comment_days")
    return {
        "label": _("对检查情况提出意见"),
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "body": inspection.institution_id,
        "role": Role.INSTITUTION_OFFICER,
        "ladder": ladder(policy, "reminders.inspection"),
        "lapses": True,
    }


def rectify(found: "Rectification", due_on: date, policy: Policy) -> dict[str, Any]:
    """The unit answers by the day that the report sets; then the department hears, and the one above it."""
    inspection = found.inspection
    department = (Role.REGULATOR, inspection.authority_id)
    return {
        "label": _("完成整改并答复"),
        "due_at": end_of_day(due_on),
        "citation": inspection.ground_cite,
        "body": inspection.institution_id,
        "role": Role.INSTITUTION_OFFICER,
        "ladder": ladder(policy, "reminders.inspection"),
        "escalate_to": levels(policy, department, _above(inspection)),
    }


def check(found: "Rectification", policy: Policy) -> dict[str, Any]:
    limit = policy.entry("inspection.check_days")
    terms = {"label": _("核实整改情况"), "length": limit.value, "unit": "days", "citation": limit.cite}
    return terms | _department(found.inspection, policy)


def _department(inspection: "Inspection", policy: Policy) -> dict[str, Any]:
    return {
        "body": inspection.authority_id,
        "role": Role.REGULATOR,
        "ladder": ladder(policy, "reminders.inspection"),
        "escalate_to": levels(policy, _above(inspection)),
    }


def _above(inspection: "Inspection") -> Seat | None:
    """The general department of the province, above a city's."""
    own = inspection.authority
    if own.level != Authority.Level.CITY:
        return None
    above = authority_over(province_of(own.region))
    return (Role.REGULATOR, above.pk) if above is not None else None
