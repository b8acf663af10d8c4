"""What a department enters of a warning, and what those whom it concerns answer."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm

DAY = {"type": "date"}


class AcknowledgeForm(StepForm):
    note = forms.CharField(
        label=_("研判意见"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("看到了什么，准备怎样核实。"),
    )


class ActForm(StepForm):
    measures = forms.CharField(label=_("处置措施"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))
    due_on = forms.DateField(label=_("办结日期"), widget=forms.DateInput(attrs=DAY))

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= law_day(self.act.at):
            raise forms.ValidationError(_("办结日期应当晚于今天。"), code="past")
        return day


class AnswerForm(StepForm):
    answer = forms.CharField(
        label=_("情况说明"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("原因、已经采取的措施和今后的安排。"),
    )


class CloseForm(StepForm):
    grounds = forms.CharField(
        label=_("处置结果"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("采取了什么措施，风险怎样消除。"),
    )


class DismissForm(StepForm):
    grounds = forms.CharField(
        label=_("排除的理由"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("核实了什么，为什么不构成风险。"),
    )


class ReopenForm(StepForm):
    reason = forms.CharField(label=_("重新开启的理由"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class FindingForm(StepForm):
    """The number of the finding that an evaluation has just written; no face asks for it."""

    finding = forms.IntegerField(min_value=1)
