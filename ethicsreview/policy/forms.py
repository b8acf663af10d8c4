"""What the pages of rules are filtered by."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.policy import labels
from ethicsreview.policy.days import law_day
from ethicsreview.policy.engine import Policy, policy_for
from ethicsreview.policy.library import Library
from ethicsreview.policy.words import said


class TerritoryField(forms.ChoiceField):
    """The territories that have rules of their own; a code within one of them means that one."""

    def to_python(self, value: Any) -> str:
        code = super().to_python(value)
        known = [str(choice) for choice, _label in self.choices if choice]
        return next((choice for choice in known if code.startswith(choice.rstrip("0"))), code)


class RulesForm(forms.Form):
    region = TerritoryField(label=_("地区"), required=False)
    regimes = forms.MultipleChoiceField(
        label=_("活动类别"),
        required=False,
        choices=list(labels.REGIMES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    at = forms.DateField(
        label=_("日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, *, library: Library) -> None:
        super().__init__(data)
        self.fields["region"].choices = [("", _("全国"))] + [  # type: ignore[attr-defined]
            ((pack.head.region or "").ljust(6, "0"), said(pack.head.place)) for pack in library.packs if pack.head.place
        ]

    def policy(self) -> Policy:
        """Today's, where no day is given."""
        asked = self.cleaned_data
        day = asked["at"] or law_day(timezone.now())
        return policy_for(region=asked["region"], regimes=asked["regimes"], at=day)
