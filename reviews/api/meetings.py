"""Meetings: calling one, its agenda and attendance."""

from datetime import datetime
from typing import Annotated, Self

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import BaseModel, Field

from committees.models import Committee
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import BodyShape, Input, Moment, Summary
from reviews.models import Decision, Meeting, MeetingReport, Opinion, Review
from reviews.models.applying import start_meeting


class NewMeeting(Input):
    committee: str = Field(min_length=1, max_length=20)
    title: str = Field(min_length=1, max_length=200)
    starts_at: Moment
    place: str = Field("", max_length=200)


class ItemShape(BaseModel):
    """How many ballots are in, never what they say."""

    position: int
    review: str
    project: str
    round: int
    concluded: bool
    ballots: int
    ballots_in: int
    recused: int
    minutes: str


class AgendaReportShape(BaseModel):
    """An approval by the simplified procedure that the meeting is told of, or was."""

    review: str
    project: str
    decision: str
    decided_at: datetime
    reported_at: datetime | None


class AttendanceShape(BaseModel):
    membership: int
    name: str
    role: str
    reply: str
    presence: str
    left_at: datetime | None


class MeetingShape(Summary):
    committee: BodyShape
    title: str
    starts_at: datetime
    place: str
    presider: str
    opened_at: datetime | None
    closed_at: datetime | None
    items: list[ItemShape]
    reports: list[AgendaReportShape]
    attendance: list[AttendanceShape]
    minutes: str

    @classmethod
    def of(cls, obj: Meeting, viewer: Viewer) -> Self:
        presiding = obj.presiding
        rows = obj.attendances.select_related("membership__appointment__person").order_by("pk")
        return cls(
            **cls.common(obj),
            committee=BodyShape.of(obj.committee),
            title=obj.title,
            starts_at=obj.starts_at,
            place=obj.place,
            presider=presiding.person.name if presiding else "",
            opened_at=obj.opened_at,
            closed_at=obj.closed_at,
            items=_items(obj, viewer),
            reports=_reports(obj, viewer),
            attendance=[
                AttendanceShape(
                    membership=row.membership_id,
                    name=row.membership.person.name,
                    role=row.membership.appointment.role,
                    reply=row.reply,
                    presence=row.presence,
                    left_at=row.left_at,
                )
                for row in rows
            ],
            minutes=obj.minutes,
        )


router = routes(
    Face(
        model=Meeting,
        shape=MeetingShape,
        related=("committee", "presider__appointment__person"),
        committee=along("committee__ref"),
        region="committee__region",
    )
)


@router.post("", response={201: MeetingShape}, operation_id="meetings.create", summary="Call a meeting")
def create_meeting(request: Call, body: Annotated[NewMeeting, Body()]) -> Status:
    viewer = Viewer.of(request)
    committee = Committee.objects.visible_to(viewer.standing).filter(ref=body.committee).first()
    if committee is None:
        raise InvalidInput({"committee": [_("没有这个委员会，或者您无权查看。")]})
    meeting = start_meeting(
        committee, by=viewer.person, title=body.title, starts_at=body.starts_at, place=body.place, at=viewer.at
    )
    return Status(201, MeetingShape.of(meeting, viewer))


def _items(meeting: Meeting, viewer: Viewer) -> list[ItemShape]:
    """Those that the asker may see, numbered as if there were no others."""
    decided = Decision.objects.filter(review=OuterRef("review"), round=OuterRef("round"))
    of_round = Q(opinions__round=F("round"))
    rows = (
        meeting.items_for(viewer.standing)
        .select_related("review__project")
        .annotate(
            decided=Exists(decided),
            given=Count("opinions", filter=of_round),
            cast=Count("opinions", filter=of_round & Q(opinions__state=Opinion.State.CAST)),
            recusals=Count("opinions", filter=of_round & Q(opinions__state=Opinion.State.RECUSED)),
        )
    )
    return [
        ItemShape(
            position=place,
            review=row.review.ref,
            project=row.review.project.title,
            round=row.round,
            concluded=row.decided,
            ballots=row.given,
            ballots_in=row.cast,
            recused=row.recusals,
            minutes=row.minutes,
        )
        for place, row in enumerate(rows, start=1)
    ]


def _reports(meeting: Meeting, viewer: Viewer) -> list[AgendaReportShape]:
    rows = MeetingReport.objects.filter(decision__review__in=Review.objects.visible_to(viewer.standing)).on_agenda_of(
        meeting
    )
    return [
        AgendaReportShape(
            review=row.decision.review.ref,
            project=row.decision.review.project.title,
            decision=row.decision.number,
            decided_at=row.decision.decided_at,
            reported_at=row.reported_at,
        )
        for row in rows
    ]
