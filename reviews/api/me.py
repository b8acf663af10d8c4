"""Who the token belongs to, and what they are today."""

from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Body, Router, Status
from pydantic import BaseModel, Field

from ethicsreview.accounts.regions import is_region
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.shapes import BodyShape, Input, PersonShape
from reviews.models.entrustments.entrusting import centres_near, register_without_unit


class Held(BaseModel):
    role: str
    label: str
    body: BodyShape
    starts: date
    ends: date | None


class Token(BaseModel):
    label: str
    created_at: datetime


class Me(BaseModel):
    person: PersonShape
    language: str
    roles: list[Held]
    token: Token


class Place(Input):
    region: str = Field(max_length=6, description="GB/T 2260")


router = Router(tags=["me"])


@router.get("", response=Me, operation_id="me", summary="You, your roles today, and this token")
def me(request: Call) -> Any:
    viewer, token = Viewer.of(request), request.auth
    held = viewer.person.appointments.current(viewer.at).filter(body__is_active=True)
    return Me(
        person=PersonShape.of(viewer.person),
        language=viewer.person.language,
        roles=[
            Held(
                role=row.role,
                label=str(row.get_role_display()),
                body=BodyShape.of(row.body),
                starts=row.starts,
                ends=row.ends,
            )
            for row in held.select_related("body").order_by("pk")
        ],
        token=Token(label=token.label, created_at=token.created_at),
    )


@router.post(
    "/without-unit",
    response={201: BodyShape},
    operation_id="me.without_unit",
    summary="Enter yourself as somebody without a unit; as the one that you are, if you were entered",
)
def without_unit(request: Call, body: Annotated[Place, Body()]) -> Status:
    viewer = Viewer.of(request)
    if not is_region(body.region):
        raise InvalidInput({"region": [_("不是 GB/T 2260 行政区划代码。")]})
    return Status(201, BodyShape.of(register_without_unit(viewer.person, region=body.region, at=viewer.at)))


@router.get(
    "/centres",
    response=list[BodyShape],
    operation_id="me.centres",
    summary="Regional and professional centres of your province, to be entrusted first",
)
def centres(request: Call) -> Any:
    """Another unit's committee is entrusted by its name or reference, which its unit knows."""
    viewer = Viewer.of(request)
    held = viewer.person.appointments.current(viewer.at).filter(body__is_active=True).select_related("body")
    regions = {row.body.region[:2]: row.body.region for row in held.order_by("pk")}
    return [BodyShape.of(one) for region in regions.values() for one in centres_near(region)]
