"""Who the token belongs to, and what they are today."""

from datetime import date, datetime
from typing import Any

from ninja import Router
from pydantic import BaseModel

from reviews.api.access import Call, Viewer
from reviews.api.shapes import BodyShape, PersonShape


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
