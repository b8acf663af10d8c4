"""What belongs together: what a review looks at, what it rests on, and what was begun against or beside it."""

from typing import Any, Self

from pydantic import BaseModel

from reviews.api.access import Viewer
from reviews.api.shapes import Summary
from reviews.models import (
    Appeal,
    Entrustment,
    FollowUp,
    Meeting,
    Participation,
    Recognition,
    Report,
    Review,
)


class Belonging(BaseModel):
    """References of what the asker may see. `follow_up`, `report`: what the review looks at; `appeal`: on which it
    decides anew; `participation`: the part that a confirmation is of; `entrustment`: under which the committee
    reviews. `meetings`: on whose agenda it was, the latest first. `appeals`: against its decisions; `recognitions`:
    of another committee's result in the place of a vote.
    """

    follow_up: str | None
    report: str | None
    appeal: str | None
    participation: str | None
    entrustment: str | None
    meetings: list[Summary]
    appeals: list[Summary]
    recognitions: list[Summary]

    @classmethod
    def to(cls, review: Review, viewer: Viewer) -> Self:
        """Asks for nothing that a review of this kind and in this state cannot have."""

        def seen(model: Any, **which: Any) -> Any:
            return model.objects.visible_to(viewer.standing).filter(**which).order_by("-pk")

        def one(model: Any, wanted: object, **which: Any) -> str | None:
            found: str | None = seen(model, **which).values_list("ref", flat=True).first() if wanted else None
            return found

        def several(model: Any, wanted: object, *related: str, **which: Any) -> list[Summary]:
            rows = seen(model, **which).select_related(*related).distinct() if wanted else ()
            return [Summary.of(row, viewer) for row in rows]

        kind = Review.Kind
        return cls(
            follow_up=one(FollowUp, review.follow_up_id, pk=review.follow_up_id),
            report=one(Report, review.report_id, pk=review.report_id),
            appeal=one(Appeal, review.kind == kind.APPEAL, new_review=review),
            participation=one(Participation, review.kind == kind.CONFIRMATION, review=review),
            entrustment=one(Entrustment, review.entrustment_id, pk=review.entrustment_id),
            meetings=several(Meeting, review.accepted_at, "committee", items__review=review),
            appeals=several(Appeal, review.concluded_at, "review__project", "decision", review=review),
            recognitions=several(Recognition, review.accepted_at, "review__project", review=review),
        )
