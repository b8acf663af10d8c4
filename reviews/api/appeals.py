"""Appeals against a committee's decision: begun on the review, supported by a document, moved by steps."""

from datetime import datetime
from typing import Self

from django.http import FileResponse
from ninja import Status
from pydantic import Field

from ethicsreview.documents.storage import serve_kept
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.papers import Paper, take_and_give
from reviews.api.reviews import router as reviews
from reviews.api.shapes import Summary, url_of
from reviews.models import Appeal, Review
from reviews.models.appeals.appealing import hand_in_support, start_appeal

RELATED = (
    *("review__project__lead", "review__project__institution", "review__committee", "review__assessment"),
    *("decision", "document__document", "new_review"),
)


class AppealShape(Summary):
    """`new_review`: where the committee decides anew, once the appeal is upheld."""

    review: str
    decision: str
    outcome: str
    reasons: str
    filed_at: datetime | None
    decided_at: datetime | None
    answer: str
    new_review: str | None
    document: Paper | None
    letter: str | None = Field(
        description="address of the committee's answer as PDF, once it has decided; not found while it is being set"
    )

    @classmethod
    def of(cls, obj: Appeal, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            review=obj.review.ref,
            decision=obj.decision.number,
            outcome=obj.decision.outcome,
            reasons=obj.reasons,
            filed_at=obj.filed_at,
            decided_at=obj.decided_at,
            answer=obj.answer,
            new_review=obj.new_review.ref if obj.new_review else None,
            document=Paper.of(obj.document, f"{url_of(obj)}/document") if obj.document else None,
            letter=f"{url_of(obj)}/letter" if obj.decided_at else None,
        )


router = routes(
    Face(
        model=Appeal,
        shape=AppealShape,
        row=AppealShape,
        related=RELATED,
        committee=along("review__committee__ref"),
        project=along("review__project__ref"),
        region="review__project__region",
    )
)


@reviews.post(
    "/{ref}/appeals",
    response={201: AppealShape},
    operation_id="reviews.appeal",
    summary="Begin an appeal against the latest decision; the open one, if there is one",
)
def begin(request: Call, ref: Ref) -> Status:
    viewer = Viewer.of(request)
    appeal = start_appeal(find(Review, ref, viewer, ["project"]), by=viewer.person, at=viewer.at)
    return Status(201, AppealShape.of(find(Appeal, appeal.ref, viewer, RELATED), viewer))


take_and_give(
    router,
    Appeal,
    AppealShape,
    related=RELATED,
    keep=hand_in_support,
    operation="appeals",
    taking="Hand in what supports the appeal, before it is filed",
    giving="Its support, as an attachment",
)


@router.get("/{ref}/letter", operation_id="appeals.letter", summary="The committee's answer, as PDF")
def letter(request: Call, ref: Ref) -> FileResponse:
    return serve_kept(find(Appeal, ref, Viewer.of(request)).letter_made, ref)
