"""What an authority enters of an emergency."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.validators import plain_text, region_code
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.emergencies.kinds import EventKind, Level

DAY = {"type": "date"}


class DeclareForm(forms.Form):
    """A new emergency; every face checks it here. The department itself is chosen by the face."""

    title = forms.CharField(label=_("事件名称"), max_length=200, validators=[plain_text])
    kind = forms.ChoiceField(label=_("事件类别"), choices=EventKind.choices, widget=forms.RadioSelect)
    level = forms.ChoiceField(label=_("事件级别"), choices=Level.choices, widget=forms.RadioSelect)
    region = forms.CharField(
        label=_("地区"),
        max_length=6,
        validators=[region_code],
        help_text=_("六位行政区划代码（GB/T 2260），应在本部门辖区之内；输入市名可以选择。"),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    starts_at = forms.DateTimeField(
        label=_("自"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("不填即自宣布时起。"),
    )
    until = forms.DateField(
        label=_("至"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("未定的留空，事件结束时另行宣布。"),
    )
    instrument = forms.CharField(
        label=_("依据的文件"),
        max_length=300,
        validators=[plain_text],
        help_text=_("宣布应急响应的文件名称和文号。"),
    )
    grounds = forms.CharField(label=_("理由"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, until = cleaned.get("starts_at"), cleaned.get("until")
        if starts and until and until < law_day(starts):
            self.add_error("until", forms.ValidationError(_("终止日期不能早于起始日期。"), code="order"))
        return cleaned


class ReasonedForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ExtendEventForm(ReasonedForm):
    until = forms.DateField(
        label=_("新的期限"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("未定的留空，事件结束时另行宣布。"),
    )
    field_order = ["until", "reason"]

    def clean_until(self) -> Any:
        until, now = self.cleaned_data["until"], self.obj.until
        if until is not None and until <= now:
            raise forms.ValidationError(_("新的期限应晚于现有期限。"), code="earlier")
        return until


class LevelForm(ReasonedForm):
    level = forms.ChoiceField(label=_("新的级别"), choices=[], widget=forms.RadioSelect)
    field_order = ["level", "reason"]

    def build(self) -> None:
        choices = [choice for choice in Level.choices if choice[0] != self.obj.level]
        self.fields["level"].choices = choices  # type: ignore[attr-defined]


class EndEventForm(ReasonedForm):
    pass
