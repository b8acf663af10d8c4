"""Emergencies: declared by a department for its territory, read by all who work in it, changed by steps."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import BaseModel, Field

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, routes
from reviews.api.shapes import BodyShape, Day, Input, Moment, Summary
from reviews.models import EmergencyEvent, Review
from reviews.models.emergencies.declaring import declare
from reviews.models.emergencies.forms import DeclareForm
from reviews.models.emergencies.kinds import EventKind, Level


class NewEvent(Input):
    authority: str = Field(min_length=1, max_length=20, description="the department that declares it")
    title: str = Field(min_length=1, max_length=200)
    kind: EventKind
    level: Level
    region: str = Field(max_length=6, description="GB/T 2260, inside the department's territory")
    starts_at: Moment | None = None
    until: Day | None = None
    instrument: str = Field(min_length=1, max_length=300, description="name and number of the document it rests on")
    grounds: str = Field(min_length=1, max_length=4000)


class EventShape(Summary):
    """`in_force`: whether a review may be accepted under it now."""

    authority: BodyShape
    title: str
    event_kind: str
    level: str
    region: str
    starts_at: datetime
    until: date | None
    in_force: bool
    instrument: str
    grounds: str
    ended_at: datetime | None
    ended_reason: str

    @classmethod
    def of(cls, obj: EmergencyEvent, viewer: Viewer) -> Self:
        same = ("title", "level", "region", "starts_at", "until", "instrument", "grounds", "ended_at", "ended_reason")
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in same},
            authority=BodyShape.of(obj.authority),
            event_kind=obj.kind,
            in_force=obj.is_in_force(viewer.at),
        )


class UrgencyShape(BaseModel):
    """How a review meets the emergency procedure: claimed by the lead, running, or left for the general one."""

    claimed: bool
    running: bool
    event: str
    event_title: str
    tier: int | None
    hours: int | None
    left_at: datetime | None
    left_reason: str

    @classmethod
    def of(cls, review: Review, viewer: Viewer) -> Self | None:
        """None where the review never had to do with it."""
        if not review.is_urgent and not review.lapse and not review.claims_urgency:
            return None
        event = review.event
        return cls(
            claimed=review.claims_urgency,
            running=review.is_urgent,
            event=event.ref if event else "",
            event_title=event.title if event else "",
            tier=review.tier,
            hours=review.urgent_hours(review.policy_at(viewer.at)) if review.is_urgent else None,
            left_at=review.lapse.get("at"),
            left_reason=review.lapse.get("reason", ""),
        )


router = routes(Face(model=EmergencyEvent, shape=EventShape, row=EventShape, related=("authority",), region="region"))


@router.post("", response={201: EventShape}, operation_id="emergency-events.create", summary="Declare an emergency")
def create_event(request: Call, body: Annotated[NewEvent, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump()
    own = Authority.objects.filter(pk__in=viewer.standing.bodies(Role.REGULATOR))
    authority = own.filter(ref=given.pop("authority")).first()
    form = DeclareForm(given)
    errors: dict[str, Any] = (
        {} if form.is_valid() else {name: list(map(str, told)) for name, told in form.errors.items()}
    )
    if authority is None:
        errors["authority"] = [_("您不是该主管部门的监管人员。")]
    if errors or authority is None:
        raise InvalidInput(errors)
    made = declare(authority, by=viewer.person, at=viewer.at, **form.cleaned_data)
    return Status(201, EventShape.of(made, viewer))
