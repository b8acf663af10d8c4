"""What the pages of warnings draw: the filter of the list, the chart of open ones, the lines of evidence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.ui.charts import Chart
from reviews.desk.clockroom import PAGES
from reviews.models import RiskWarning
from reviews.models.warnings.kinds import Indicator, Level, State
from reviews.oversight.registers.rows import ALL, places
from reviews.oversight.warnings.evidence import PERSON, Shown
from reviews.oversight.warnings.reading import EVERY, UNSETTLED

RELATED = ("committee", "institution", "project")
STATES = [(UNSETTLED, _("未办结的")), *State.choices, (EVERY, _("全部"))]


class WarningFilter(forms.Form):
    """What the address of the list may carry; a value that one may not have is ignored."""

    indicator = forms.ChoiceField(label=_("指标"), required=False, choices=[ALL, *Indicator.choices])
    level = forms.ChoiceField(label=_("等级"), required=False, choices=[ALL, *Level.choices])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)
    region = forms.ChoiceField(label=_("地区"), required=False)

    def __init__(self, data: Mapping[str, Any], standing: Standing) -> None:
        super().__init__(
            {name: data.get(name, "") for name in self.base_fields} | {"state": data.get("state") or UNSETTLED}
        )
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


def chart_of(counted: Mapping[str, Counter[str]]) -> Chart | None:
    """Open warnings by indicator, a bar for each, its levels one upon the other."""
    shown = [one for one in Indicator if one.value in counted]
    if not shown:
        return None
    series = {str(level.label): [counted[one.value][level.value] for one in shown] for level in Level}
    labels = [str(one.label) for one in shown]
    return Chart("warnings", gettext("未办结的预警，按指标和等级"), labels, series, stacked=True, of=gettext("指标"))


@dataclass(frozen=True)
class Line:
    """One row of evidence in words; `url`: its page, where it has one at the desk."""

    kind: str
    name: str
    url: str
    day: date | None
    note: str


def evidence_lines(warning: RiskWarning, shown: Iterable[Shown], *, supervises: bool) -> list[Line]:
    return [
        Line(_kind(one), _name(one), _url(one, supervises=supervises), one.day, _note(warning, one)) for one in shown
    ]


def _kind(one: Shown) -> str:
    if one.noun == PERSON:
        return gettext("委员")
    return str(nouns()[one.noun]._meta.verbose_name)


def _name(one: Shown) -> str:
    if one.noun == PERSON:
        return one.name
    return f"{one.ref} {gettext(one.name)}" if one.name else one.ref


def _url(one: Shown, *, supervises: bool) -> str:
    if one.noun == "project":
        return reverse("desk:case", args=[one.ref]) if supervises else ""
    return reverse(f"desk:{one.noun}", args=[one.ref]) if one.noun in PAGES | {"meeting"} else ""


def _note(warning: RiskWarning, one: Shown) -> str:
    """What its number says of this indicator."""
    if one.number is None:
        return ""
    if warning.indicator == Indicator.ATTENDANCE:
        return gettext("到会率%(share)s%%") % {"share": one.number}
    return pgettext("submission", "第%(number)s版") % {"number": one.number}
