"""What is entered of a sanction, and what its respondent answers."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.complaints.forms import ReasonedForm, area
from reviews.models.investigations.forms import DAY, StatementForm
from reviews.models.sanctions.kinds import Reconsidered

__all__ = [
    "AnswerForm",
    "CompleteForm",
    "DecideForm",
    "NotifyForm",
    "ObjectForm",
    "PublishForm",
    "ReasonedForm",
    "ReconsiderForm",
    "ServeForm",
    "StatementForm",
]


class NotifyForm(StepForm):
    until = forms.DateField(label=_("陈述申辩截止日期"), widget=forms.DateInput(attrs=DAY))

    def build(self) -> None:
        self.initial = {"until": self.obj.respondent.heard_until_at_least(self.act.at)}

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        least: date = self.obj.respondent.heard_until_at_least(self.act.at)
        if day < least:
            raise forms.ValidationError(_("不得早于%(day)s。"), code="early", params={"day": least.isoformat()})
        return day


class DecideForm(StepForm):
    number = forms.CharField(label=_("决定文号"), max_length=120, validators=[plain_text])
    reason = forms.CharField(label=_("决定的理由和对陈述申辩的采纳情况"), max_length=10_000, widget=area(5))


class ServeForm(StepForm):
    served_on = forms.DateField(label=_("送达日期"), widget=forms.DateInput(attrs=DAY))
    how = forms.CharField(label=_("送达方式"), max_length=200, validators=[plain_text])

    def clean_served_on(self) -> date:
        day: date = self.cleaned_data["served_on"]
        if day > law_day(self.act.at):
            raise forms.ValidationError(_("送达日期不能晚于今天。"), code="future")
        if day < law_day(self.obj.decided_at):
            raise forms.ValidationError(_("送达日期不能早于决定日期。"), code="early")
        if self.obj.ends is not None and day >= self.obj.ends:
            raise forms.ValidationError(
                _("送达日期已到或者超过结束日期；请决定不予处理，再重新提出处理意见。"), code="over"
            )
        return day


class ObjectForm(StepForm):
    grounds = forms.CharField(label=_("申诉的理由"), max_length=20_000, widget=area(8))

    def recorded(self) -> dict[str, Any]:
        return {}


class ReconsiderForm(StepForm):
    """Nothing is chosen beforehand."""

    result = forms.ChoiceField(label=_("复核结论"), choices=Reconsidered.choices, widget=forms.RadioSelect)
    ends = forms.DateField(label=_("缩短后的结束日期"), required=False, widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(label=_("理由"), max_length=10_000, widget=area(5))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("result") == Reconsidered.SHORTENED and "ends" not in self.errors:
            ends, was = cleaned.get("ends"), self.obj.ends
            if ends is None or was is None or not max(self.obj.starts, law_day(self.act.at)) <= ends < was:
                self.add_error("ends", forms.ValidationError(_("应当早于原来的结束日期，不早于今天。"), code="order"))
        elif cleaned.get("result"):
            cleaned["ends"] = None
        return cleaned


class AnswerForm(StepForm):
    answer = forms.CharField(label=_("改正情况"), max_length=10_000, widget=area(5))


class CompleteForm(StepForm):
    note = forms.CharField(label=_("执行情况"), max_length=4000, widget=area(3))


class PublishForm(StepForm):
    text = forms.CharField(
        label=_("公开的内容"),
        max_length=4000,
        widget=area(5),
        help_text=_("只写决定本身，不写举报人和证据。"),
    )
