"""What an applicant, a secretary and a chair write in an appeal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.forms import PasswordAgain, StepForm


class FileForm(StepForm):
    reasons = forms.CharField(label=_("申诉理由"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8}))


class PrepareForm(StepForm):
    """The secretary proposes and does not decide; nothing is proposed beforehand."""

    preparation = forms.CharField(
        label=_("核查情况"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("逐项写明申诉理由是否有支持材料、与原审查意见有何不同。"),
    )
    recommendation = forms.ChoiceField(
        label=_("建议"),
        choices=[("uphold", _("理由充分，重新审查")), ("dismiss", _("理由不充分，维持原决定"))],
        widget=forms.RadioSelect,
    )


class DecideForm(PasswordAgain):
    answer = forms.CharField(label=_("决定的理由"), max_length=8000, widget=forms.Textarea(attrs={"rows": 6}))
    field_order = ["answer", "password"]
