"""Registration 登记 of a committee on the national platform (Measures 43): the terms of its deadline."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import end_of_days
from ethicsreview.deadlines.models import Unit
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from committees.models.committee import Committee

DEADLINE = "committee.registration"


def terms(committee: "Committee", set_up_on: date, policy: Policy) -> dict[str, Any]:
    """Counted from the day of setting up, which may lie before the day on which it is entered here."""
    limit = policy.entry("committee.registration_days")
    shift = policy.value("calendar.shift_holidays")
    before, after = policy.value("reminders.registration"), policy.value("reminders.overdue")
    # A centre has no institution whose officer could register it: its secretary does.
    role = Role.INSTITUTION_OFFICER if committee.institution_id else Role.SECRETARY
    return {
        "label": _("在国家科技伦理管理信息登记平台登记委员会"),
        "due_at": end_of_days(set_up_on, limit.value, shift_holidays=shift),
        "length": limit.value,
        "unit": Unit.DAYS,
        "shift_holidays": shift,
        "citation": limit.cite,
        "body": committee.institution_id or committee.pk,
        "role": role,
        "ladder": [timedelta(days=-days) for days in before] + [timedelta(days=days) for days in after],
        "escalate_to": [{"role": Role.CHAIR, "body_id": committee.pk}],
    }
