"""What every kind of object answers with."""

from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

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


def _in_reach(moment: datetime) -> datetime:
    # Beyond, a change of time zone leaves what a computer can count.
    if not 1900 <= moment.year <= 2200:
        raise ValueError(_("年份应在1900至2200之间。"))
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_reach)]


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
            citation=Citation.of(view.step.cite),
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
