"""What the secretary and the chair determine of an exemption."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.forms import PasswordAgain
from reviews.models.meetings.forms import ReasonForm

__all__ = ["ReasonForm"]


class ConfirmForm(PasswordAgain):
    """Each says for themselves which head it is; nothing is chosen beforehand."""

    ground = forms.ChoiceField(label=_("所属情形"), choices=[], widget=forms.RadioSelect)
    ground_reason = forms.CharField(
        label=_("认定的理由"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("认定的情形与负责人提出的不一致时必填。"),
    )
    field_order = ["ground", "ground_reason", "password"]

    def build(self) -> None:
        self.fields["ground"].choices = list(self.obj.heads().items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ground, reason = cleaned.get("ground"), cleaned.get("ground_reason")
        earlier = {one["ground"] for one in self.obj.confirmations}
        if ground and earlier and ground not in earlier:
            self.add_error("ground", _("与另一方认定的情形不一致：不能一致的，不予免除。"))
        elif ground and ground != self.obj.proposed_ground and not earlier and not reason:
            self.add_error("ground_reason", _("认定的情形与负责人提出的不一致，请说明理由。"))
        return cleaned
