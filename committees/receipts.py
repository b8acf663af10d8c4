"""What the step `record_receipt` asks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees import timing
from committees.forms import CommitteeForm, day_field
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal

if TYPE_CHECKING:
    from committees.models.committee import Committee

OWED = {
    timing.REGISTRATION: _("委员会登记"),
    timing.FILING: _("委员会备案"),
    timing.REPORT: _("年度工作报告"),
}


def running(committee: Any) -> list[str]:
    return list(
        Deadline.objects.of(committee)
        .open()
        .filter(kind__in=OWED)
        .order_by("due_at", "pk")
        .values_list("kind", flat=True)
    )


class ReceiptForm(CommitteeForm):
    owed = forms.ChoiceField(label=_("所办事项"), choices=list(OWED.items()))
    number = forms.CharField(label=_("回执编号"), max_length=100, validators=[plain_text])
    handled_on = day_field(_("办理日期"))

    def build(self) -> None:
        owed = running(self.obj)
        self.fields["owed"].choices = [(kind, OWED[kind]) for kind in owed]  # type: ignore[attr-defined]

    def clean(self) -> None:
        self.refuse_future("handled_on")


def something_owed(committee: "Committee", act: Act) -> Iterator[Refusal]:
    if not running(committee):
        yield Refusal("nothing_owed", _("没有等待登记回执的事项"), cite="national:43")
