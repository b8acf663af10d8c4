"""The terms of a warning's deadlines: sooner the more serious it is (no text states days: MW-05)."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority, Role, authority_over
from ethicsreview.accounts.regions import province_of
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.deadlines.ladders import Seat, ladder, levels
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from reviews.models.warnings.warning import RiskWarning

ACKNOWLEDGE, ACT, FINISH = "warning.acknowledge", "warning.act", "warning.finish"


def acknowledge(warning: "RiskWarning", policy: Policy) -> dict[str, Any]:
    limit = policy.entry("warning.acknowledge_days")
    return _of(warning, policy) | {
        "label": _("确认预警"),
        "length": limit.value[min(warning.rank, len(limit.value) - 1)],
        "unit": "days",
        "citation": limit.cite,
    }


def act(warning: "RiskWarning", policy: Policy) -> dict[str, Any]:
    limit = policy.entry("warning.act_days")
    return _of(warning, policy) | {
        "label": _("提出预警的处置措施"),
        "length": limit.value[min(warning.rank, len(limit.value) - 1)],
        "unit": "days",
        "citation": limit.cite,
    }


def finish(warning: "RiskWarning", due_on: date, policy: Policy) -> dict[str, Any]:
    """By the day that the department itself has set."""
    return _of(warning, policy) | {
        "label": _("办结预警"),
        "due_at": end_of_day(due_on),
        "citation": policy.entry("warning.rest_days").cite,
    }


def _of(warning: "RiskWarning", policy: Policy) -> dict[str, Any]:
    return {
        "body": warning.authority_id,
        "role": Role.REGULATOR,
        "ladder": ladder(policy, "reminders.warning"),
        "escalate_to": levels(policy, _above(warning)),
    }


def _above(warning: "RiskWarning") -> Seat | None:
    """The department of the province, above a city's."""
    own = warning.authority
    if own is None or own.level != Authority.Level.CITY:
        return None
    above = authority_over(province_of(own.region))
    return (Role.REGULATOR, above.pk) if above is not None else None
