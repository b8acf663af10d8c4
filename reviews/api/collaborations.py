"""Collaborative review: the lead unit's collaboration with its measures, and each unit's part in it."""

from datetime import datetime
from typing import Any, Self

from ninja import Status
from pydantic import BaseModel

from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.projects import router as projects
from reviews.api.shapes import BodyShape, Summary
from reviews.models import Collaboration, Participation, Project
from reviews.models.collaborations.joining import start_collaboration
from reviews.models.collaborations.picture import measure

RELATED = ("project", "decision")
PART_RELATED = ("collaboration__project", "collaboration__decision", "institution", "project", "review", "decision")


class MeasuresShape(BaseModel):
    """`agreement`: in per cent of those that have decided; days are calendar days from the lead unit's decision."""

    units: int
    waiting: int
    late: int
    agreed: int
    differing: int
    agreement: int | None
    average_days: float | None
    longest_days: int | None


class CollaborationRow(Summary):
    project: str
    decision: str | None
    submission_digest: str | None

    @classmethod
    def of(cls, obj: Collaboration, viewer: Viewer) -> Self:
        return cls(**cls._own(obj))

    @classmethod
    def _own(cls, obj: Collaboration) -> dict[str, Any]:
        return {
            **cls.common(obj),
            "project": obj.project.ref,
            "decision": obj.decision.number if obj.decision else None,
            "submission_digest": obj.decision.submission_digest if obj.decision else None,
        }


class CollaborationShape(CollaborationRow):
    """The units themselves are at /participations."""

    measures: MeasuresShape

    @classmethod
    def of(cls, obj: Collaboration, viewer: Viewer) -> Self:
        found = measure(obj, viewer.at)
        names = MeasuresShape.model_fields
        return cls(**cls._own(obj), measures=MeasuresShape(**{name: getattr(found, name) for name in names}))


class ParticipationShape(Summary):
    """`differences`: in what the unit's committee differs from the lead unit's. `lead_change`: what the lead unit told
    and this unit's committee has not decided on; while it stands, the unit's part may not go on."""

    collaboration: str
    institution: BodyShape
    project: str | None
    review: str | None
    decision: str | None
    outcome: str | None
    differences: list[str]
    lead_change: str
    days: int | None
    decided_at: datetime | None

    @classmethod
    def of(cls, obj: Participation, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            collaboration=obj.collaboration.ref,
            institution=BodyShape.of(obj.institution),
            project=obj.project.ref if obj.project else None,
            review=obj.review.ref if obj.review else None,
            decision=obj.decision.number if obj.decision else None,
            outcome=obj.decision.outcome if obj.decision else None,
            differences=list(obj.differences),
            lead_change=obj.lead_change,
            days=obj.days,
            decided_at=obj.decided_at,
        )


router = routes(
    Face(
        model=Collaboration,
        shape=CollaborationShape,
        row=CollaborationRow,
        related=RELATED,
        project=along("project__ref"),
        region="project__region",
    )
)
participations = routes(
    Face(
        model=Participation,
        shape=ParticipationShape,
        row=ParticipationShape,
        related=PART_RELATED,
        committee=along("review__committee__ref"),
        project=along("collaboration__project__ref"),
        region="institution__region",
    )
)


@projects.post(
    "/{ref}/collaboration",
    response={201: CollaborationShape},
    operation_id="projects.collaborate",
    summary="Begin a collaborative review; the one that is there, if there is one",
)
def collaborate(request: Call, ref: Ref) -> Status:
    viewer = Viewer.of(request)
    made = start_collaboration(find(Project, ref, viewer), by=viewer.person, at=viewer.at)
    return Status(201, CollaborationShape.of(find(Collaboration, made.ref, viewer, RELATED), viewer))
