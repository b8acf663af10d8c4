"""Opinions: a member's own ballots. What a ballot says is sealed until its round is decided."""

from datetime import date, datetime
from typing import Any, Self

from django.db.models import QuerySet
from pydantic import BaseModel, Field

from reviews.api.access import Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import Summary, url_of
from reviews.models import Opinion


class Said(BaseModel):
    verdict: str
    criteria: dict[str, dict[str, str]]
    concerns: dict[str, str]
    comment: str
    cast_at: datetime | None
    recusal_ground: str


class OpinionShape(Summary):
    """`said` is null where it is sealed for the asker."""

    review: str
    review_url: str
    project: str
    meeting: str = Field(description="empty where a designated member gives it, in the simplified procedure")
    due_on: date | None = Field(description="by when a designated member gives it")
    member: str
    mine: bool
    round: int
    said: Said | None

    @classmethod
    def of(cls, obj: Opinion, viewer: Viewer) -> Self:
        mine = obj.person_id == viewer.person.pk
        return cls(
            **cls.common(obj),
            review=obj.review.ref,
            review_url=url_of(obj.review),
            project=obj.review.project.title,
            meeting=obj.agenda_item.meeting.ref if obj.agenda_item else "",
            due_on=obj.designation.due_on if obj.designation else None,
            member=obj.person.name,
            mine=mine,
            round=obj.round,
            said=Said(
                verdict=obj.verdict,
                criteria=obj.criteria,
                concerns=obj.concerns,
                comment=obj.comment,
                cast_at=obj.cast_at,
                recusal_ground=obj.recusal_told,
            )
            if obj.readable_by(viewer.person)
            else None,
        )


def own(rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
    return rows.filter(person=viewer.person)


router = routes(
    Face(
        model=Opinion,
        shape=OpinionShape,
        row=OpinionShape,
        related=("review__project", "agenda_item__meeting", "designation", "person"),
        committee=along("review__committee__ref"),
        project=along("review__project__ref"),
        region="review__project__region",
        own=own,
    )
)
