"""What the rows say of supervision, read plainly: no rule of the service is asked. One matter, none beside it."""

from collections.abc import Callable
from datetime import datetime
from functools import cache, cached_property
from types import SimpleNamespace as Row
from typing import Any

from ethicsreview.accounts.models import Appointment
from ethicsreview.accounts.prepared import Prepared
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Chain, Entry
from reviews.models import (
    AnnualReport,
    Complaint,
    Disclosure,
    Inspection,
    Investigation,
    Rectification,
    Respondent,
    RiskWarning,
    SampleItem,
    SamplingPlan,
    Sanction,
)

LIFECYCLES: dict[str, Any] = {
    one.noun: one
    for one in (
        *(Complaint, Investigation, Respondent, Sanction, Inspection, Rectification),
        *(SamplingPlan, SampleItem, RiskWarning, Disclosure, AnnualReport),
    )
}


@cache
def _asked(model: Any, *order: str) -> Callable[[], list[Row]]:
    question = Prepared(lambda: model.objects.order_by(*order).values())
    return lambda: [Row(**row) for row in question()]


_ENTRIES = Prepared(
    lambda: (
        Entry.objects.filter(chain__subject_kind__in=list(LIFECYCLES)).order_by("chain", "seq").select_related("chain")
    )
)


class Seen:
    """Lists of rows with the names of the columns; each is read when it is first asked for."""

    def __init__(self, at: datetime) -> None:
        self.at, self.today = at, law_day(at)
        self._rows: dict[Any, list[Row]] = {}

    def rows(self, model: Any) -> list[Row]:
        if model not in self._rows:
            self._rows[model] = _asked(model, "pk")()
        return self._rows[model]

    def one(self, model: Any, key: int) -> Row:
        return next(row for row in self.rows(model) if row.id == key)

    @cached_property
    def entries(self) -> list[Entry]:
        """Of the chains of these matters alone: those of a committee and of an activity are others'."""
        return _ENTRIES()

    @cached_property
    def chains(self) -> dict[int, Row]:
        return {row.id: row for row in _asked(Chain, "pk")()}

    @cached_property
    def deadlines(self) -> list[Row]:
        """Of these matters, the closed ones too."""
        return [row for row in _asked(Deadline, "pk")() if row.object_kind in LIFECYCLES]

    @property
    def open_deadlines(self) -> list[Row]:
        return [row for row in self.deadlines if row.closed_at is None]

    @cached_property
    def notices(self) -> list[Row]:
        return _asked(Notice, "pk")()

    def bodies_of(self, person: int) -> set[int]:
        """In which they hold anything today."""
        return {
            one.body_id
            for one in self.rows(Appointment)
            if one.person_id == person and one.starts <= self.today and (one.ends is None or one.ends >= self.today)
        }

    def owed(self, noun: str, ref: str) -> list[str]:
        """What runs, and what lapsed unused."""
        return sorted(
            row.kind
            for row in self.deadlines
            if (row.object_kind, row.object_ref) == (noun, ref) and row.closed_at is None
        )

    def lapsed(self, noun: str, ref: str) -> set[str]:
        """Of each kind the last, where its day has come and nobody did anything."""
        last = {row.kind: row for row in self.deadlines if (row.object_kind, row.object_ref) == (noun, ref)}
        return {kind for kind, row in last.items() if row.outcome == "lapsed"}

    def taken(self, noun: str, ref: str, *steps: str) -> list[Entry]:
        return [one for one in self.entries if (one.object_kind, one.object_ref) == (noun, ref) and one.step in steps]
