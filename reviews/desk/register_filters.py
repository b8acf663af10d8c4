"""What the addresses of the two registers may carry; a value that one may not have is ignored."""

from collections.abc import Mapping
from typing import Any

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

    def __init__(self, data: Mapping[str, Any], standing: Standing) -> None:
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        choices = places(standing)
        if len(choices) > 2:
            self.fields["region"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["region"]
        for field in self.fields.values():
            field.needed = True  # type: ignore[attr-defined]  # a filter is not drawn as an optional answer
        self.is_valid()

    @property
    def given(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class CommitteeFilter(RegisterFilter):
    type = forms.ChoiceField(label=_("类型"), required=False, choices=[ALL, *CommitteeType.choices])
    health = forms.ChoiceField(
        label=_("组成"),
        required=False,
        choices=[ALL, ("breach", _("有问题，不能审查")), ("in_order", _("符合规定"))],
    )


class ActivityFilter(RegisterFilter):
    field = forms.ChoiceField(label=_("领域"), required=False, choices=[ALL, *Project.Field.choices])
