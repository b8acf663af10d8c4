"""What the lead and the secretary fill in for the review in a partner's country."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.policy.catalogues import countries
from ethicsreview.policy.words import said
from ethicsreview.ui.choosing import ManyCheckboxes
from reviews.models.meetings.forms import ReasonForm

__all__ = ["ReasonForm"]


class ApprovalForm(StepForm):
    body = forms.CharField(label=_("批准机构"), max_length=200, validators=[plain_text])
    number = forms.CharField(label=_("批准文号"), max_length=100, validators=[plain_text])
    approved_on = forms.DateField(label=_("批准日期"), widget=forms.DateInput(attrs={"type": "date"}))
    expires_on = forms.DateField(
        label=_("有效期至"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("批准没有有效期的留空；有有效期的，到期前会提醒，到期后须登记新的批准方可继续。"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        approved, expires, today = cleaned.get("approved_on"), cleaned.get("expires_on"), law_day(self.act.at)
        if approved and approved > today:
            self.add_error("approved_on", _("批准日期不能晚于今天。"))
        if expires and expires < today:
            self.add_error("expires_on", _("该批准已经失效，请登记有效的批准。"))
        elif approved and expires and expires < approved:
            self.add_error("expires_on", _("有效期不能早于批准日期。"))
        return cleaned


class TogetherForm(StepForm):
    """One act for several countries of the same project: those in the states that the step begins in."""

    together: Collection[str] = ()
    also = forms.MultipleChoiceField(label=_("同时适用于以下国家"), choices=[], required=False, widget=ManyCheckboxes)

    def build(self) -> None:
        names = countries()
        records = self.obj.project.foreign_approvals.filter(state__in=self.together).exclude(pk=self.obj.pk)
        codes = records.order_by("pk").values_list("country", flat=True)
        field: Any = self.fields["also"]
        field.choices = [(code, said(names[code]) if code in names else code) for code in codes]
        if not field.choices:
            field.widget = forms.MultipleHiddenInput()


class NotPrescribedForm(TogetherForm):
    together = ("wanted", "returned")
    reason = forms.CharField(
        label=_("未规定的理由和依据"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例如：查询的该国法规名称、主管机构的答复及其日期。"),
    )
    field_order = ["reason", "also"]


class ConfirmForm(TogetherForm):
    together = ("entered",)
    checked = forms.BooleanField(label=_("已核对批准文件，或者未规定的理由和依据"))
    field_order = ["checked", "also"]


class ReturnForm(TogetherForm):
    together = ("entered",)
    reason = forms.CharField(label=_("退回理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ["reason", "also"]
