"""What the committee's side writes about what is reported, and what the lead reports back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from ethicsreview.policy import cite
from reviews.models.following.contents import INFORMING, SUSPEND, WORKSHEETS, YES_NO, Kind

RECOMMENDATIONS = [
    ("no_action", _("无需处理")),
    ("continued", _("继续实施")),
    ("suspended", _("暂停实施")),
    ("terminated", _("终止实施")),
    ("rereview_required", _("重新审查")),
]
# What may be proposed where there is less to choose from.
PROPOSED = {
    Kind.SUSPENSION: ("suspended", "terminated"),
    Kind.RESUMPTION: ("continued", "suspended", "terminated", "rereview_required"),
}
COMPLETED = ("completed", _("同意结题"))


class BringForwardForm(StepForm):
    due_on = forms.DateField(label=_("新的应完成日期"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_due_on(self) -> Any:
        day = self.cleaned_data["due_on"]
        if day >= self.obj.due_on:
            raise forms.ValidationError(_("只能提前：应早于%(day)s。"), code="later", params={"day": self.obj.due_on})
        if day <= law_day(self.act.at):
            raise forms.ValidationError(_("应晚于今天。"), code="past")
        return day


class WorksheetForm(StepForm):
    """The questions of this kind of report, whether participants must be told, and what is proposed."""

    def build(self) -> None:
        for one in WORKSHEETS[self.obj.kind]:
            self.fields[one.key] = one.field()
        if self.obj.kind in INFORMING:
            self._ask_informing()
        self.fields["recommendation"] = forms.ChoiceField(
            label=_("建议"), choices=self._proposed(), widget=forms.RadioSelect
        )

    def _ask_informing(self) -> None:
        entry = self.obj.policy_at(self.act.at).entries("consent.renewal_triggers")
        words = _("内容有实质变化、风险显著增加的，应当再次取得知情同意（%(article)s）。")
        help_text = words % {"article": cite(entry[0].cite)} if entry else ""
        self.fields["inform"] = forms.ChoiceField(
            label=_("是否应当告知参与者"), choices=YES_NO, widget=forms.RadioSelect, help_text=help_text
        )
        self.fields["inform_what"] = forms.CharField(
            label=_("告知什么，是否再次取得知情同意"),
            required=False,
            max_length=4000,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        self.fields["inform_by"] = forms.DateField(
            label=_("告知的期限"), required=False, widget=forms.DateInput(attrs={"type": "date"})
        )

    def _proposed(self) -> list[Any]:
        if self.obj.kind == Kind.COMPLETION:
            return [COMPLETED, *RECOMMENDATIONS[2:]]
        keys = PROPOSED.get(self.obj.kind)
        return [choice for choice in RECOMMENDATIONS if keys is None or choice[0] in keys]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("inform") == "yes":
            for name, message in (
                ("inform_what", _("请写明告知的内容。")),
                ("inform_by", _("请写明告知的期限。")),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, message)
        day = cleaned.get("inform_by")
        if day and day < law_day(self.act.at):
            self.add_error("inform_by", _("期限不能早于今天。"))
        return cleaned

    def recorded(self) -> dict[str, Any]:
        """That it was assessed and what was proposed; the words stay with the report."""
        return {"recommendation": self.cleaned_data["recommendation"]}


class DisposeForm(PasswordAgain):
    """What the chair may settle without a vote: nothing that takes something away against the lead's will."""

    outcome = forms.ChoiceField(label=_("处理"), choices=[], widget=forms.RadioSelect)
    answer = forms.CharField(label=_("理由"), max_length=8000, widget=forms.Textarea(attrs={"rows": 4}))
    field_order = ["outcome", "answer", "password"]

    def build(self) -> None:
        self.fields["outcome"].choices = settled_without_vote(self.obj)  # type: ignore[attr-defined]


def settled_without_vote(report: Any) -> list[Any]:
    if report.kind == Kind.COMPLETION:
        return [COMPLETED]
    if report.kind == Kind.SUSPENSION:
        action = "suspended" if report.answers.get("action") == SUSPEND else "terminated"
        return [(key, label) for key, label in RECOMMENDATIONS if key == action]
    return RECOMMENDATIONS[:2]


class ReasonForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ProvisionalForm(PasswordAgain):
    reason = forms.CharField(
        label=_("立即暂停的理由"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明不立即暂停会给参与者带来什么危险。"),
    )
    field_order = ["reason", "password"]


class InformedForm(StepForm):
    informed_on = forms.DateField(label=_("告知完成之日"), widget=forms.DateInput(attrs={"type": "date"}))
    how = forms.CharField(label=_("如何告知"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    told = forms.IntegerField(label=_("已告知人数"), min_value=0)
    reconsented = forms.IntegerField(label=_("再次签署知情同意的人数"), min_value=0)

    def clean_informed_on(self) -> Any:
        day = self.cleaned_data["informed_on"]
        if day > law_day(self.act.at):
            raise forms.ValidationError(_("不能晚于今天。"), code="future")
        return day
