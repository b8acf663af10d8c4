"""The terms of a sample's deadlines."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from reviews.models.sampling.item import SampleItem
    from reviews.models.sampling.plan import SamplingPlan

FINISH, NEXT, RECTIFY = "sampling_plan.finish", "sampling_plan.next", "sample_item.rectify"


def finish(plan: "SamplingPlan", policy: Policy) -> dict[str, Any]:
    """The day that the plan itself names for the end of all its checks."""
    return {
        "label": _("办结抽查复核"),
        "due_at": end_of_day(plan.finish_by),
        "citation": policy.entry("sampling.required").cite,
        "body": plan.authority_id,
        "role": Role.REGULATOR,
        "ladder": ladder(policy, "reminders.recheck"),
    }


def following(plan: "SamplingPlan", policy: Policy) -> dict[str, Any]:
    """The next sample, from the draw of this one (months; a setting: the plan of the province states no period)."""
    period = policy.entry("sampling.period_months")
    return {
        "label": _("公布下一次抽查复核计划"),
        "length": period.value,
        "unit": "months",
        "citation": period.cite,
        "body": plan.authority_id,
        "role": Role.REGULATOR,
        "ladder": ladder(policy, "reminders.annual_report"),
    }


def rectification(item: "SampleItem", due_on: date, policy: Policy) -> dict[str, Any]:
    """The committee answers by the day that the department sets."""
    return {
        "label": _("整改并答复抽查复核"),
        "due_at": end_of_day(due_on),
        "citation": policy.entry("sampling.required").cite,
        "body": item.committee_id,
        "role": Role.SECRETARY,
        "ladder": ladder(policy, "reminders.recheck"),
        "escalate_to": levels(policy, (Role.CHAIR, item.committee_id), (Role.REGULATOR, item.plan.authority_id)),
    }
