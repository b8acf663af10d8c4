"""What a committee's secretary enters of its readiness for emergencies."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from committees.composition import VOTING
from committees.kinds import ExpertField
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm


class DrillForm(StepForm):
    kind = forms.ChoiceField(
        label=_("类别"),
        choices=[("training", pgettext_lazy("emergency", "培训")), ("drill", pgettext_lazy("emergency", "演练"))],
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=_("名称"), max_length=200, validators=[plain_text])
    held_on = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_held_on(self) -> Any:
        if (day := self.cleaned_data["held_on"]) > law_day(self.act.at):
            raise forms.ValidationError(_("日期不能晚于今天。"), code="future")
        return day


class RosterForm(StepForm):
    """One field for each member and adviser in office."""

    def build(self) -> None:
        known = dict(self.obj.on_call.filter(delisted_at=None).values_list("membership", "fields"))
        asked = Q(appointment__role__in=[*VOTING, Role.ADVISER])
        for seat in self.obj.members_at(law_day(self.act.at)).filter(asked).order_by("pk"):
            self.fields[f"fields__{seat.pk}"] = forms.MultipleChoiceField(
                label=str(seat),
                choices=ExpertField.choices,
                required=False,
                initial=known.get(seat.pk, []),
                widget=forms.CheckboxSelectMultiple,
            )
