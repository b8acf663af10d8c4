"""Programmes: planned by a department, their projects, the gate of each stage, commitments, and ethics records."""

import re
from datetime import datetime
from typing import Annotated, Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _
from ninja import Body, Query, Status
from pydantic import BaseModel, Field, WithJsonSchema

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.refusals import InvalidInput, NotVisible
from reviews.api.access import Call, Viewer
from reviews.api.lifecycles import Face, along, check_known, routes
from reviews.api.shapes import BodyShape, Citation, Input, Summary
from reviews.models import Commitment, GateAnswer, Programme, ProgrammeEntry, RecordLookup
from reviews.models.programmes.answers import answer_of
from reviews.models.programmes.forms import LookupForm, ProgrammeForm
from reviews.models.programmes.gate import RELATED
from reviews.models.programmes.kinds import Purpose, stages_of
from reviews.models.programmes.lookup import look_up
from reviews.models.programmes.planning import plan_programme

NAMED = re.compile(r"[\w.()（）〔〕-]{1,60}")
Name = Annotated[str, WithJsonSchema({"type": "string", "maxLength": 60})]


class ProgrammeShape(Summary):
    """`stages`: those that the rules of its place know today."""

    code: str
    name: str
    authority: BodyShape
    fiscal: bool
    stages: list[str]

    @classmethod
    def of(cls, obj: Programme, viewer: Viewer) -> Self:
        same = {name: getattr(obj, name) for name in ("code", "name", "fiscal")}
        stages = list(stages_of(obj.policy_at(viewer.at)))
        return cls(**cls.common(obj) | same, authority=BodyShape.of(obj.authority), stages=stages)


class ProgrammeEntryShape(Summary):
    """`project`: its number in this service, or null while it is known by the programme's number alone."""

    programme: str
    number: str
    title: str
    unit_name: str
    lead_name: str
    field: str
    project: str | None
    passed: str

    @classmethod
    def of(cls, obj: ProgrammeEntry, viewer: Viewer) -> Self:
        same = ("number", "title", "unit_name", "lead_name", "field", "passed")
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in same},
            programme=obj.programme.ref,
            project=obj.project.ref if obj.project else None,
        )


class CommitmentShape(Summary):
    """`text`: the title and each clause, as signed; `digest`: SM3 over what is signed."""

    entry: str
    project: str
    lead: str
    institution: BodyShape
    unit_signs: bool
    text: list[str]
    citation: Citation | None
    digest: str
    lead_signed_at: datetime | None
    unit_signed_at: datetime | None

    @classmethod
    def of(cls, obj: Commitment, viewer: Viewer) -> Self:
        same = ("unit_signs", "text", "digest", "lead_signed_at", "unit_signed_at")
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in same},
            entry=obj.entry.ref,
            project=obj.project.ref,
            lead=obj.lead.name,
            institution=BodyShape.of(obj.institution),
            citation=Citation.of(obj.cite),
        )


class GateReason(BaseModel):
    """`shuts`: false for what only warns."""

    check: str
    code: str
    message: str
    citation: Citation | None
    shuts: bool


class ProgrammeGateShape(BaseModel):
    """`hard`: whether nothing passes this stage while its gate is shut. The answer is kept under `digest` (SM3)."""

    programme: str
    number: str
    project: str | None
    stage: str
    stage_label: str
    hard: bool
    open: bool
    reasons: list[GateReason]
    asked_at: datetime
    digest: str

    @classmethod
    def of(cls, kept: GateAnswer) -> Self:
        same = {name: getattr(kept, name) for name in ("stage", "stage_label", "hard", "open", "asked_at", "digest")}
        return cls(
            **same,
            programme=kept.entry.programme.code,
            number=kept.entry.number,
            project=kept.entry.project.ref if kept.entry.project else None,
            reasons=[
                GateReason(
                    check=one["check"],
                    code=one["code"],
                    message=one["text"],
                    citation=Citation.of(one["cite"]),
                    shuts=one["shuts"],
                )
                for one in kept.reasons
            ],
        )


class RecordBan(BaseModel):
    starts: str
    ends: str
    ground: str
    citation: Citation | None


class RecordSanction(BaseModel):
    number: str
    measure: str
    citation: Citation | None
    starts: str
    ends: str
    text: str
    handler: str


class RecordLookupShape(Summary):
    """`namesakes`: of how many with this name the record may be, where they are several; else 0."""

    kind: str
    name: str
    unit: str
    purpose: str
    matter: str
    asked_at: datetime
    bans: list[RecordBan]
    sanctions: list[RecordSanction]
    namesakes: int
    digest: str

    @classmethod
    def of(cls, obj: RecordLookup, viewer: Viewer) -> Self:
        same = ("kind", "name", "unit", "purpose", "matter", "asked_at", "digest")
        return cls(
            **cls.common(obj) | {name: getattr(obj, name) for name in same},
            bans=[RecordBan(**_cited(one)) for one in obj.result["bans"]],
            sanctions=[RecordSanction(**_cited(one)) for one in obj.result["sanctions"]],
            namesakes=obj.result["namesakes"],
        )


def _cited(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name != "cite"} | {"citation": Citation.of(one["cite"])}


class NewProgramme(Input):
    authority: str = Field(min_length=1, max_length=20, description="the department whose programme it is")
    code: str = Field(min_length=2, max_length=20, pattern="^[A-Z0-9][A-Z0-9-]{1,19}$")
    name: str = Field(min_length=1, max_length=200)
    fiscal: bool = False


class NewLookup(Input):
    """`unit`: name or uniform social credit code of the unit; asked for where `kind` is "person"."""

    authority: str = Field(min_length=1, max_length=20, description="the department that asks")
    kind: RecordLookup.Sought
    name: str = Field(min_length=1, max_length=200)
    unit: str = Field("", max_length=200)
    purpose: Purpose
    matter: str = Field(min_length=1, max_length=300, description="for which application; kept with the look-up")


class AskedGate(Input):
    stage: str = Field(max_length=12, description="one of the programme's `stages`; guides come before projects")


router = routes(
    Face(
        model=Programme,
        shape=ProgrammeShape,
        row=ProgrammeShape,
        related=("authority",),
        region="authority__region",
    )
)
entries = routes(
    Face(
        model=ProgrammeEntry,
        shape=ProgrammeEntryShape,
        row=ProgrammeEntryShape,
        related=RELATED,
        project=along("project__ref"),
        region="programme__authority__region",
    )
)
commitments = routes(
    Face(
        model=Commitment,
        shape=CommitmentShape,
        row=CommitmentShape,
        related=("entry__programme__authority", "project", "lead", "institution"),
        project=along("project__ref"),
        region="project__region",
    )
)
lookups = routes(Face(model=RecordLookup, shape=RecordLookupShape, row=RecordLookupShape, related=("authority",)))


@router.post("", response={201: ProgrammeShape}, operation_id="programmes.create", summary="Set up a programme")
def create_programme(request: Call, body: Annotated[NewProgramme, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump()
    authority, form = _own(viewer, given.pop("authority")), ProgrammeForm(given)
    _check(form, authority)
    assert authority is not None
    made = plan_programme(authority, by=viewer.person, at=viewer.at, **form.cleaned_data)
    return Status(201, ProgrammeShape.of(made, viewer))


@router.get(
    "/{code}/projects/{ref}/gate",
    response=ProgrammeGateShape,
    operation_id="programmes.gate",
    summary="May this project pass this stage, and why not",
    description=(
        "`code`: the programme's code or reference; `ref`: the project's number in the programme, or its number in "
        "this service. Open or shut, with all reasons by the law of the day. Each answer is kept, and told in the "
        "record of the project."
    ),
)
def gate(request: Call, code: Name, ref: Name, asked: Query[AskedGate]) -> Any:
    check_known(request, asked)
    viewer = Viewer.of(request)
    entry = _entry(viewer, code, ref)
    if asked.stage == "guide" or asked.stage not in stages_of(entry.policy_at(viewer.at)):
        raise InvalidInput({"stage": [_("本计划没有这一环节。")]})
    held = entry.capacities(viewer.standing)
    return ProgrammeGateShape.of(answer_of(entry, asked.stage, by=viewer.person, at=viewer.at, held=held))


def _entry(viewer: Viewer, code: str, ref: str) -> ProgrammeEntry:
    if not NAMED.fullmatch(code) or not NAMED.fullmatch(ref):
        raise NotVisible(f"programme:{code} {ref}")
    seen = ProgrammeEntry.objects.visible_to(viewer.standing).entered()
    of = Q(programme__code=code) | Q(programme__ref=code)
    named = Q(number=ref) | Q(project__ref=ref) | Q(ref=ref)
    found: ProgrammeEntry | None = seen.filter(of, named).select_related(*RELATED).order_by("pk").first()
    if found is None:
        raise NotVisible(f"programme:{code} {ref}")
    return found


@lookups.post(
    "", response={201: RecordLookupShape}, operation_id="record-lookups.create", summary="Look up an ethics record"
)
def create_lookup(request: Call, body: Annotated[NewLookup, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump(mode="json")
    authority, form = _own(viewer, given.pop("authority")), LookupForm(given)
    _check(form, authority)
    assert authority is not None
    made = look_up(authority, by=viewer.person, at=viewer.at, **form.cleaned_data)
    return Status(201, RecordLookupShape.of(made, viewer))


def _own(viewer: Viewer, ref: str) -> Authority | None:
    return Authority.objects.filter(pk__in=viewer.standing.bodies(Role.PROGRAMME_MANAGER), ref=ref).first()


def _check(form: Any, authority: Authority | None) -> None:
    errors: dict[str, Any] = (
        {} if form.is_valid() else {name: list(map(str, told)) for name, told in form.errors.items()}
    )
    if authority is None:
        errors["authority"] = [_("您不是该部门的科技计划管理人员。")]
    if errors:
        raise InvalidInput(errors)
