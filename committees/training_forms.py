"""What a training plan is made of, and what is entered of each session."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.forms import CommitteeForm, PeopleField, day_field
from committees.kinds import Audience
from ethicsreview.accounts.validators import plain_text
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.forms import StepForm

MOST_TOPICS = 4000  # characters
MOST_PEOPLE = 200  # each is a step on each of their committees, in one request


class TrainingPlanForm(forms.Form):
    """A new plan; every face checks it here. The organiser is chosen by the face."""

    title = forms.CharField(label=_("计划名称"), max_length=200, validators=[plain_text])
    topics = forms.CharField(
        label=_("培训内容"), max_length=MOST_TOPICS, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("每行一项。")
    )
    audience = forms.MultipleChoiceField(
        label=_("应参加人员"), choices=Audience.choices, widget=forms.CheckboxSelectMultiple
    )
    until = day_field(_("完成日期"))


class HoldForm(CommitteeForm):
    held_on = day_field(_("培训日期"))
    place = forms.CharField(label=_("地点或者方式"), max_length=200, validators=[plain_text])
    hours = forms.DecimalField(label=_("学时"), max_digits=5, decimal_places=1, min_value=0.5)
    attendees = PeopleField(
        label=_("参加人员用户名"),
        max_length=20_000,
        help_text=_("用空格或者逗号分隔；人数多的，分几次登记。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    valid_until = day_field(_("有效期至"), required=False, help_text=_("只能短于规则规定的有效期；不填的按规则。"))
    document = forms.CharField(
        label=_("证明材料编号"), max_length=40, required=False, help_text=_("先上传签到表、证书等，再填写其编号。")
    )

    def clean_document(self) -> DocumentVersion | None:
        """The last version, and of one's own upload: a reference must not open another's file."""
        if not (ref := self.cleaned_data["document"]):
            return None
        versions = DocumentVersion.objects.filter(document__ref=ref, uploaded_by=self.act.standing.person)
        if (version := versions.order_by("-number").first()) is None:
            raise forms.ValidationError(_("您没有上传过这一编号的文本。"), code="unknown")
        return version

    def clean(self) -> None:
        self.refuse_future("held_on")
        self.refuse_order("held_on", "valid_until")
        if len(self.cleaned_data.get("attendees") or ()) > MOST_PEOPLE:
            words = _("一次最多登记%(most)d人，请分几次登记。")
            self.add_error("attendees", forms.ValidationError(words, code="many", params={"most": MOST_PEOPLE}))
        least = self.obj.policy_at(self.act.at).value("training.hours_min")
        if (hours := self.cleaned_data.get("hours")) is not None and hours < least:
            words = _("少于规则要求的%(least)s学时。")
            self.add_error("hours", forms.ValidationError(words, code="too_short", params={"least": least}))


class WithdrawForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


def still_to_come(until: date, today: date) -> dict[str, list[Any]]:
    """What is wrong with the day of a new plan."""
    return {} if until >= today else {"until": [_("日期不能早于今天。")]}
