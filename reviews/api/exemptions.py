"""Exemptions of Human Measures 32: asked for on the project, confirmed by two."""

from datetime import datetime
from typing import Any, Self

from ninja import Status
from pydantic import BaseModel

from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.projects import router as projects
from reviews.api.shapes import BodyShape, Citation, Summary
from reviews.models import Exemption, Project
from reviews.models.exemptions.exempting import start_exemption

RELATED = ("project__lead", "project__institution", "committee", "assessment")


class GroundShape(BaseModel):
    key: str
    label: str
    value: Any
    citation: Citation | None


class ExemptionShape(Summary):
    """`ground`: the head that was determined; until then the one that the lead's answers propose."""

    project: str
    assessment: str
    committee: BodyShape
    proposed_ground: str
    ground: str
    ground_text: str
    ground_reason: str
    confirmed_by: list[str]
    grounds: list[GroundShape]
    reason: str
    decided_at: datetime | None

    @classmethod
    def of(cls, obj: Exemption, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            project=obj.project.ref,
            assessment=obj.assessment.ref,
            committee=BodyShape.of(obj.committee),
            proposed_ground=obj.proposed_ground,
            ground=obj.ground,
            ground_text=obj.ground_text,
            ground_reason=obj.ground_reason,
            confirmed_by=[one["capacity"] for one in obj.confirmations],
            grounds=[
                GroundShape(key=one["key"], label=one["label"], value=one["value"], citation=Citation.of(one["cite"]))
                for one in obj.grounds
            ],
            reason=obj.reason,
            decided_at=obj.decided_at,
        )


router = routes(
    Face(
        model=Exemption,
        shape=ExemptionShape,
        row=ExemptionShape,
        related=RELATED,
        committee=along("committee__ref"),
        project=along("project__ref"),
        region="project__region",
    )
)


@projects.post(
    "/{ref}/exemption",
    response={201: ExemptionShape},
    operation_id="projects.ask_exemption",
    summary="Ask for an exemption; the open one, if there is one",
)
def ask(request: Call, ref: Ref) -> Status:
    viewer = Viewer.of(request)
    made = start_exemption(find(Project, ref, viewer, ["institution"]), by=viewer.person, at=viewer.at)
    return Status(201, ExemptionShape.of(find(Exemption, made.ref, viewer, RELATED), viewer))
