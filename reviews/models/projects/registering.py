"""Registration 登记 of a listed activity (Measures 44): what the step asks, and whether it is owed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.lifecycle.refusals import Refusal

if TYPE_CHECKING:
    from reviews.models.projects.after_approval import AfterApproval

REGISTRATION = "registration.activity"


class RegistrationForm(StepForm):
    number = forms.CharField(label=_("回执编号"), max_length=100, validators=[plain_text])
    handled_on = forms.DateField(label=_("办理日期"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> None:
        if (day := self.cleaned_data.get("handled_on")) and day > law_day(self.act.at):
            self.add_error("handled_on", forms.ValidationError(_("日期不能晚于今天。"), code="future"))


def registration_owed(project: "AfterApproval", act: Act) -> Iterator[Refusal]:
    if not Deadline.objects.of(project).open().filter(kind=REGISTRATION).exists():
        yield Refusal("nothing_owed", _("没有等待登记的清单内科技活动，或者已经登记"), cite="national:44")
