"""Amendments and mandates: what a review says of the change it decides, and who acts for a lead."""

from datetime import date
from typing import Any, Self

from django.http import Http404
from ninja import Status
from pydantic import BaseModel

from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.amendment_shapes import VersionRef
from reviews.api.lifecycles import Face, along, routes
from reviews.api.projects import router as projects
from reviews.api.reviews import ReviewShape
from reviews.api.reviews import router as reviews
from reviews.api.shapes import PersonShape, Summary
from reviews.models import Comparison, Mandate, Project, Review
from reviews.models.amending.beginning import start_amendment


class MandateShape(Summary):
    """`acts`: write, submit, answer, report. In force from the first to the last day, unless it was revoked."""

    project: str
    lead: PersonShape
    person: PersonShape
    acts: list[str]
    starts_on: date
    ends_on: date
    reason: str

    @classmethod
    def of(cls, obj: Mandate, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            project=obj.project.ref,
            lead=PersonShape.of(obj.lead),
            person=PersonShape.of(obj.person),
            acts=obj.acts,
            starts_on=obj.starts_on,
            ends_on=obj.ends_on,
            reason=obj.reason,
        )


router = routes(
    Face(
        model=Mandate,
        shape=MandateShape,
        row=MandateShape,
        related=("project", "lead", "person"),
        project=along("project__ref"),
        region="project__region",
    )
)


class InForceComparison(BaseModel):
    """Fields and documents of the last version that was handed in, against the one in force. `ready` is false while a
    worker is still comparing.
    """

    ready: bool
    version: int | None
    against: VersionRef
    fields: list[dict[str, Any]]
    documents: list[dict[str, Any]]


@projects.post(
    "/{ref}/amendments",
    response={201: ReviewShape},
    operation_id="projects.amend",
    summary="Begin an amendment of what is in force",
)
def begin(request: Call, ref: Ref) -> Status:
    viewer = Viewer.of(request)
    review = start_amendment(find(Project, ref, viewer), by=viewer.person, at=viewer.at)
    return Status(201, ReviewShape.of(review, viewer))


@reviews.get(
    "/{ref}/comparison-in-force",
    response=InForceComparison,
    operation_id="reviews.comparison_in_force",
    summary="An amendment's last version against the one in force",
)
def comparison(request: Call, ref: Ref) -> InForceComparison:
    review = find(Review, ref, Viewer.of(request), ["submission", "amends__review"])
    if review.amends is None:
        raise Http404("amends nothing")
    version = review.submission
    made = Comparison.objects.with_force(version) if version is not None else None
    return InForceComparison(
        ready=made is not None,
        version=version.number if version else None,
        against=VersionRef.of(review.amends),
        fields=made.fields if made else [],
        documents=made.documents if made else [],
    )
