"""What the step `record_receipt` asks."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees import timing
from committees.forms import CommitteeForm, day_field
from committees.kinds import Registered
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import last_day, law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal

if TYPE_CHECKING:
    from committees.models.committee import Committee

OWED = {
    timing.REGISTRATION: _("委员会登记"),
    timing.FILING: _("委员会备案"),
    timing.UPDATE: _("更新登记信息"),
    timing.REPORT: _("年度工作报告"),
}


# Under which word each is kept among the committee's registrations.
KEPT_AS = {
    timing.REGISTRATION: Registered.REGISTRATION,
    timing.FILING: Registered.FILING,
    timing.UPDATE: Registered.UPDATE,
    timing.REPORT: Registered.REPORT,
}


def running(committee: Any, day: date) -> list[str]:
    """What a receipt can meet that day. A year that is not over has no report yet."""
    rows = Deadline.objects.of(committee).open().filter(kind__in=OWED).order_by("due_at", "pk")
    found = rows.values_list("kind", "due_at")
    return [kind for kind, due_at in found if kind != timing.REPORT or reported_year(due_at) < day.year]


def reported_year(due_at: datetime) -> int:
    """The year of which a report is due then (Measures 45)."""
    return last_day(due_at).year - 1


class ReceiptForm(CommitteeForm):
    owed = forms.ChoiceField(label=_("所办事项"), choices=list(OWED.items()))
    number = forms.CharField(label=_("回执编号"), max_length=100, validators=[plain_text])
    handled_on = day_field(_("办理日期"))

    def build(self) -> None:
        owed = running(self.obj, self.today)
        self.fields["owed"].choices = [(kind, OWED[kind]) for kind in owed]  # type: ignore[attr-defined]

    def clean(self) -> None:
        self.refuse_future("handled_on")


def something_owed(committee: "Committee", act: Act) -> Iterator[Refusal]:
    if not running(committee, law_day(act.at)):
        yield Refusal("nothing_owed", _("没有等待登记回执的事项"), cite="national:43")
