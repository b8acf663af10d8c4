"""What every kind of object answers with."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Generic, NoReturn, Self, TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from ethicsreview.accounts.models import Body, Person
from ethicsreview.lifecycle.door import StepView
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.policy import UnknownCitation, cite
from ethicsreview.trail.models import Entry
from reviews.api.access import Viewer

ROOT = "/api/v1"
Item = TypeVar("Item")


def _moment(value: Any) -> datetime:
    """RFC 3339. The years are bounded: beyond, a change of time zone leaves what a computer can count."""
    try:
        moment = datetime.fromisoformat(value) if RFC3339.fullmatch(value) else None
    except (TypeError, ValueError):
        moment = None
    if moment is None or not 1900 <= moment.year <= 2200:
        raise ValueError(_("应为日期和时间（RFC 3339，带时区，1900至2200年）。"))
    return moment


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value) if DAY.fullmatch(value) else _no_day()
    except (TypeError, ValueError):
        return _no_day()


def _no_day() -> NoReturn:
    raise ValueError(_("应为日期（YYYY-MM-DD）。"))


# As strictly as they are described: pydantic's own would take a number for seconds since 1970.
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
Moment = Annotated[datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class Input(BaseModel):
    """What a machine sends: nothing is guessed, and nothing unknown is let pass."""

    model_config = ConfigDict(extra="forbid")


class Citation(BaseModel):
    key: str
    text: str

    @classmethod
    def of(cls, reference: str) -> Self | None:
        """None where nothing is cited. What is no reference of a pack (a sanction's own words) stands as it is."""
        if not reference:
            return None
        try:
            return cls(key=reference, text=cite(reference))
        except UnknownCitation:
            return cls(key=reference, text=reference)


class RefusalShape(BaseModel):
    code: str
    message: str
    citation: Citation | None

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        return cls(code=refusal.code, message=str(refusal), citation=Citation.of(refusal.cite))


class BodyShape(BaseModel):
    ref: str
    name: str
    region: str

    @classmethod
    def of(cls, body: Body) -> Self:
        return cls(ref=body.ref, name=body.name, region=body.region)


class PersonShape(BaseModel):
    username: str
    name: str

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(username=person.username, name=person.name)


class Summary(BaseModel):
    """What is said of any object with a lifecycle."""

    ref: str
    kind: str
    label: str
    state: str
    state_label: str
    next_due_at: datetime | None
    url: str
    steps_url: str
    trail_url: str

    @classmethod
    def common(cls, obj: Lifecycle) -> dict[str, Any]:
        url = url_of(obj)
        return {
            "ref": obj.ref,
            "kind": obj.noun,
            "label": str(obj),
            "state": obj.state,
            "state_label": str(obj.get_state_display()),  # type: ignore[attr-defined]
            "next_due_at": obj.next_due_at,
            "url": url,
            "steps_url": f"{url}/steps",
            "trail_url": f"{url}/trail",
        }

    @classmethod
    def of(cls, obj: Any, viewer: Viewer) -> Self:
        return cls(**cls.common(obj))


class Page(BaseModel, Generic[Item]):
    """`next`: give it back as `after` for what follows; null on the last page."""

    items: list[Item]
    next: str | None


class StepShape(BaseModel):
    """`input`: JSON Schema of what the step is sent."""

    name: str
    label: str
    open: bool
    refusals: list[RefusalShape]
    citation: Citation | None
    input: dict[str, Any]

    @classmethod
    def of(cls, view: StepView) -> Self:
        return cls(
            name=view.name,
            label=str(view.label),
            open=view.open,
            refusals=[RefusalShape.of(refusal) for refusal in view.refusals],
            citation=Citation.of(view.cite),
            input=view.input_schema(),
        )


class Actor(BaseModel):
    kind: str
    username: str
    name: str


class EntryShape(BaseModel):
    """One entry of the trail; `digest` and `previous` chain it to its neighbours."""

    seq: int
    at: datetime
    actor: Actor
    capacities: list[str]
    step: str
    step_label: str
    source: str
    target: str
    citation: Citation | None
    facts: dict[str, Any]
    previous: str
    digest: str

    @classmethod
    def of(cls, entry: Entry, model: type[Lifecycle]) -> Self:
        declared = steps_of(model).get(entry.step)
        return cls(
            seq=entry.seq,
            at=entry.at,
            actor=Actor(kind=entry.actor_kind, username=entry.actor_ref, name=entry.actor_name),
            capacities=entry.capacities.split(",") if entry.capacities else [],
            step=entry.step,
            step_label=str(declared.label) if declared else _("新建"),
            source=entry.source,
            target=entry.target,
            citation=Citation.of(entry.citation),
            facts=entry.facts,
            previous=entry.previous,
            digest=entry.digest,
        )


def url_of(obj: Lifecycle) -> str:
    return f"{ROOT}/{obj.collection}/{obj.ref}"
