"""What the pages of rules are filtered by."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.policy import labels
from ethicsreview.policy.days import law_day
from ethicsreview.policy.engine import Policy, policy_for
from ethicsreview.policy.library import Library, Pack
from ethicsreview.policy.words import said


class TerritoryField(forms.ChoiceField):
    """The territories that have rules of their own; a code within one of them means that one."""

    packs: tuple[Pack, ...] = ()

    def offer(self, packs: Iterable[Pack]) -> None:
        self.packs = tuple(pack for pack in packs if pack.head.place)
        places = [(_code(pack), said(pack.head.place)) for pack in self.packs if pack.head.place]
        self.choices = [("", _("全国")), *places]

    def to_python(self, value: Any) -> str:
        return self._territory(super().to_python(value))

    def prepare_value(self, value: Any) -> Any:
        return self._territory(value) if isinstance(value, str) else value

    def _territory(self, code: str) -> str:
        return next((_code(pack) for pack in self.packs if code.startswith(pack.head.region or "")), code)


def _code(pack: Pack) -> str:
    return (pack.head.region or "").ljust(6, "0")


class RulesForm(forms.Form):
    field_order = ["q", "region", "regimes", "at"]
    region = TerritoryField(label=_("地区"), required=False)
    regimes = forms.MultipleChoiceField(
        label=_("活动类别"),
        required=False,
        choices=list(labels.REGIMES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    q = forms.CharField(
        label=_("检索"),
        help_text=_("中文或者英文：规则项、内容、文件、条文，如“到会”“第十四条”。"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    at = forms.DateField(
        label=_("日期"),
        help_text=_("不填为今天"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, data: Any, *, library: Library) -> None:
        super().__init__(data)
        region = self.fields["region"]
        assert isinstance(region, TerritoryField)
        region.offer(library.packs)

    def policy(self) -> Policy:
        """Today's, where no day is given."""
        asked = self.cleaned_data
        day = asked["at"] or law_day(timezone.now())
        return policy_for(region=asked["region"], regimes=asked["regimes"], at=day)
