"""What the addresses of the two registers may carry; a value that one may not have is ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.kinds import CommitteeType
from ethicsreview.accounts.standing import Standing
from reviews.models import Project
from reviews.oversight.registers.rows import ALL, REGISTRATION_STATES, places


class RegisterFilter(forms.Form):
    q = forms.CharField(label=_("编号或名称"), required=False, max_length=100)
    region = forms.ChoiceField(label=_("地区"), required=False)
    registration = forms.ChoiceField(label=_("登记状态"), required=False, choices=[ALL, *REGISTRATION_STATES.items()])

    def __init__(self, data: Mapping[str, Any], places: Sequence[tuple[str, str]]) -> None:
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        self.places = tuple(places)
        if len(places) > 1:
            self.fields["region"].choices = [ALL, *places]  # type: ignore[attr-defined]
        else:
            del self.fields["region"]
        for field in self.fields.values():
            field.needed = True  # type: ignore[attr-defined]  # a filter is not drawn as an optional answer
        self.is_valid()

    @classmethod
    def of(cls, data: Mapping[str, Any], standing: Standing) -> Self:
        """With the places that this person may choose from."""
        return cls(data, places(standing)[1:])

    @property
    def shown(self) -> "FilterShown":
        return FilterShown(type(self), tuple((name, self.data[name]) for name in self.fields), self.places)

    @property
    def given(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


@dataclass(frozen=True)
class FilterShown:
    """A filter as it stands above the register: with what was asked for, and the places there are to choose from."""

    kind: type[RegisterFilter]
    asked: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, str], ...]

    @property
    def form(self) -> RegisterFilter:
        return self.kind(dict(self.asked), self.places)


class CommitteeFilter(RegisterFilter):
    type = forms.ChoiceField(label=_("类型"), required=False, choices=[ALL, *CommitteeType.choices])
    health = forms.ChoiceField(
        label=_("组成"),
        required=False,
        choices=[ALL, ("breach", _("有问题，不能审查")), ("in_order", _("符合规定"))],
    )


class ActivityFilter(RegisterFilter):
    field = forms.ChoiceField(label=_("领域"), required=False, choices=[ALL, *Project.Field.choices])
