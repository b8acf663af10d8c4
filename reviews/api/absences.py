"""When members of a committee are away: announced by each for themselves, withdrawn by a step."""

from datetime import date
from typing import Annotated, Self

from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import Field

from committees.models import Committee
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import Day, Input, Summary
from reviews.models import Absence
from reviews.models.absences.announcing import announce


class NewAbsence(Input):
    committee: str = Field(min_length=1, max_length=20, description="reference of the committee")
    starts_on: Day
    ends_on: Day = Field(description="the last day counts")


class AbsenceShape(Summary):
    committee: str
    member: str
    starts_on: date
    ends_on: date

    @classmethod
    def of(cls, obj: Absence, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            committee=obj.committee.ref,
            member=obj.person.name,
            starts_on=obj.starts_on,
            ends_on=obj.ends_on,
        )


router = routes(
    Face(
        model=Absence,
        shape=AbsenceShape,
        row=AbsenceShape,
        related=("committee", "person"),
        committee=along("committee__ref"),
        region="committee__region",
    )
)


@router.post("", response={201: AbsenceShape}, operation_id="absences.create", summary="Say when you will be away")
def create_absence(request: Call, body: Annotated[NewAbsence, Body()]) -> Status:
    viewer = Viewer.of(request)
    committee = Committee.objects.visible_to(viewer.standing).filter(ref=body.committee).first()
    if committee is None:
        raise InvalidInput({"committee": [_("没有这个委员会，或者您无权查看。")]})
    made = announce(committee, by=viewer.person, starts_on=body.starts_on, ends_on=body.ends_on, at=viewer.at)
    return Status(201, AbsenceShape.of(made, viewer))
