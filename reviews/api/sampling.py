"""Samples: planned by a department, moved by steps; what was drawn is a collection of its own."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from ninja import Body, Status
from pydantic import BaseModel, Field

from committees.kinds import Regime
from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.shapes import BodyShape, Day, Input, Summary
from reviews.models import Review, SampleItem, SamplingPlan
from reviews.models.sampling.forms import PlanForm
from reviews.models.sampling.kinds import Basis, Confidence, Strata
from reviews.models.sampling.planning import plan_sample


class NewPlan(Input):
    """`rate_percent` goes with the basis "rate", `margin_percent` (percentage points) with "confidence"."""

    authority: str = Field(min_length=1, max_length=20, description="the department that samples")
    title: str = Field(min_length=1, max_length=200)
    since: Day
    until: Day
    procedure: Review.Procedure | None = None
    regime: Regime | None = None
    exemptions: bool = False
    strata: Strata
    basis: Basis
    rate_percent: int | None = Field(None, ge=1, le=100)
    margin_percent: int | None = Field(None, ge=1, le=50)
    confidence: Confidence
    finish_by: Day


class StratumShape(BaseModel):
    stratum: str
    of: int
    take: int


class PlanShape(Summary):
    """`population_sha256`, `population_sm3`: digests of the frozen population; the seed was published before."""

    authority: BodyShape
    title: str
    since: date
    until: date
    procedure: str
    regime: str
    exemptions: bool
    strata: str
    basis: str
    rate_percent: int | None
    margin_percent: int | None
    confidence: int
    finish_by: date
    seed: str
    seed_source: str
    published_at: datetime | None
    frozen_at: datetime | None
    population_size: int
    population_sm3: str
    population_sha256: str
    sizes: list[StratumShape]
    drawn_at: datetime | None
    conclusion: str
    closed_at: datetime | None

    @classmethod
    def of(cls, obj: SamplingPlan, viewer: Viewer) -> Self:
        own = cls.model_fields.keys() - Summary.model_fields.keys() - {"authority", "sizes"}
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in own},
            authority=BodyShape.of(obj.authority),
            sizes=[StratumShape(stratum=name, **one) for name, one in sorted(obj.sizes.items())],
        )


class SampleItemShape(Summary):
    """`case`: the review or the exemption that was drawn; `ticket`: the SHA-256 of seed|stratum|case."""

    plan: str
    case: str
    project: str
    committee: str
    stratum: str
    rank: int
    ticket: str
    finding: str
    demand: str
    due_on: date | None
    answer: str

    @classmethod
    def of(cls, obj: SampleItem, viewer: Viewer) -> Self:
        same = ("stratum", "rank", "ticket", "finding", "demand", "due_on", "answer")
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in same},
            plan=obj.plan.ref,
            case=obj.case.ref,
            project=obj.project.ref,
            committee=obj.committee.ref,
        )


router = routes(
    Face(model=SamplingPlan, shape=PlanShape, row=PlanShape, related=("authority",), region="authority__region")
)
items = routes(
    Face(
        model=SampleItem,
        shape=SampleItemShape,
        row=SampleItemShape,
        related=("plan__authority", "project", "committee", "review", "exemption"),
        committee=along("committee__ref"),
        project=along("project__ref"),
        region="project__region",
    )
)


@router.post("", response={201: PlanShape}, operation_id="sampling-plans.create", summary="Plan a sample")
def create_plan(request: Call, body: Annotated[NewPlan, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump()
    own = Authority.objects.filter(pk__in=viewer.standing.bodies(Role.REGULATOR))
    authority = own.filter(ref=given.pop("authority")).first()
    form = PlanForm({name: "" if value is None else value for name, value in given.items()})
    errors: dict[str, Any] = (
        {} if form.is_valid() else {name: list(map(str, told)) for name, told in form.errors.items()}
    )
    if authority is None:
        errors["authority"] = [_("您不是该主管部门的监管人员。")]
    if errors or authority is None:
        raise InvalidInput(errors)
    made = plan_sample(authority, by=viewer.person, at=viewer.at, **form.cleaned_data)
    return Status(201, PlanShape.of(made, viewer))
