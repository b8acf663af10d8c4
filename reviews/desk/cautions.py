"""What somebody is to know before a step that may be taken all the same: read above its form, and refusing nothing."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees.composition import VOTING
from ethicsreview.lifecycle.door import StepView
from ethicsreview.lifecycle.refusals import Refusal
from reviews.desk.composition import lacking_without
from reviews.desk.minutes import is_bare

LACKS = gettext_lazy("解聘%(names)s后：%(what)s")
UNSAID = gettext_lazy("没有写讨论要点，签署后不能再补：%(items)s")


def cautions_of(found: Any, view: StepView, at: datetime) -> list[Refusal]:
    if (found.noun, view.name) == ("committee", "end_term"):
        return _of_leaving(found, view, at)
    if (found.noun, view.name) == ("meeting", "close"):
        return _of_minutes(view)
    return []


def _of_leaving(committee: Any, view: StepView, at: datetime) -> list[Refusal]:
    """Of the seat that was chosen, else of each that may be: what the committee lacks once it is empty."""
    field: Any = view.form.fields["membership"]
    seats = list(field.queryset)
    chosen = [one for one in seats if str(field.prepare_value(one)) == str(view.form["membership"].value())]
    voting = sum(one.appointment.role in VOTING for one in seats)
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for seat, lacking in lacking_without(committee, chosen or seats, at):
        for one in lacking:
            names[str(one), one.cite].append(seat.appointment.person.name)
    return [
        Refusal("will_lack", LACKS, {"names": _named(who, voting), "what": what}, cite)
        for (what, cite), who in names.items()
    ]


def _named(names: list[str], of: int) -> str:
    return _("任何一名委员") if 1 < len(names) == of else _("、").join(names)


def _of_minutes(view: StepView) -> list[Refusal]:
    """No text says what minutes must hold; of an item that nothing is written of, the signature keeps nothing."""
    fields = view.form.fields
    bare = [
        str(fields[name].label)
        for name in fields
        if name.startswith("minutes__") and is_bare(str(view.form[name].value() or ""))
    ]
    return [Refusal("unsaid", UNSAID, {"items": _("；").join(bare)})] if bare else []
