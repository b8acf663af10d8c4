"""Reviews: what is submitted, what is decided, and on what it rests."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, Self

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from ninja import Body, File, Form, Status, UploadedFile
from pydantic import Field

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.refusals import InvalidInput
from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said
from reviews.api import review_shapes as parts
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.amendment_shapes import AmendmentShape
from reviews.api.application_shapes import ApplicationShape
from reviews.api.belonging import Belonging
from reviews.api.emergencies import UrgencyShape
from reviews.api.lifecycles import Face, along, routes
from reviews.api.reading import require_media_type, storable
from reviews.api.shapes import BodyShape, Input, Summary, url_of
from reviews.api.simplified_shapes import SimplifiedShape
from reviews.models import Material, Review, Submission
from reviews.models.submissions.submission import keep_section
from reviews.models.submissions.writing import WRITERS, hand_in, readable_versions, take_back
from reviews.rules.checklist import form_errors, required_materials

MOST = 2**63 - 1  # a database counts no further


class ReviewShape(Summary):
    review_kind: str
    procedure: str
    procedure_label: str
    procedure_ground: str
    simplified: SimplifiedShape | None
    amendment: AmendmentShape | None
    follows: str | None
    belonging: Belonging
    urgency: UrgencyShape | None
    round: int
    regimes: list[str]
    listed: bool | None
    listed_items: list[str]
    listed_reason: str
    project: parts.Project
    committee: BodyShape
    waiting_for: parts.Party
    submitted_at: datetime | None
    accepted_at: datetime | None
    concluded_at: datetime | None
    deadlines: list[parts.DeadlineShape]
    versions: list[parts.VersionShape]
    documents: list[parts.DocumentShape]
    requests: list[parts.RequestShape]
    ballots: list[parts.BallotLine]
    recheck: parts.RecheckLine | None
    decision: parts.DecisionShape | None
    letter: parts.LetterShape | None
    policy: parts.PolicyShape

    @classmethod
    def of(cls, obj: Review, viewer: Viewer) -> Self:
        writes = bool(set(WRITERS) & obj.capacities(viewer.standing))
        versions = _versions(obj, drafts_too=writes)
        decision = obj.decisions.select_related("submission", "recheck").first()
        letter = decision.letter if decision else None
        project = obj.project
        deadlines = Deadline.objects.of(obj).order_by("started_at", "pk")
        return cls(
            **cls.common(obj),
            review_kind=obj.kind,
            procedure=obj.procedure,
            procedure_label=str(obj.get_procedure_display()),
            procedure_ground=obj.procedure_ground,
            simplified=SimplifiedShape.of(obj, viewer),
            amendment=AmendmentShape.of(obj),
            follows=obj.follows.ref if obj.follows else None,
            belonging=Belonging.to(obj, viewer),
            urgency=UrgencyShape.of(obj, viewer),
            round=obj.round,
            regimes=obj.regimes or sorted(obj.assessment.conclusions.regimes),
            listed=obj.listed,
            listed_items=obj.listed_items,
            listed_reason=obj.listed_reason,
            project=parts.Project(
                ref=project.ref,
                title=project.title,
                lead=project.lead.name,
                institution=project.institution.name,
                url=url_of(project),
            ),
            committee=BodyShape.of(obj.committee),
            waiting_for=parts.Party(code=obj.waiting_for, label=obj.holder),
            submitted_at=obj.submitted_at,
            accepted_at=obj.accepted_at,
            concluded_at=obj.concluded_at,
            deadlines=[parts.DeadlineShape.of(deadline, viewer.at) for deadline in deadlines],
            versions=versions,
            documents=versions[-1].documents if versions else [],
            requests=[parts.RequestShape.of(request, draft_too=writes) for request in obj.requests.all()],
            ballots=parts.ballots(obj, viewer),
            recheck=parts.recheck_line(obj) if obj.listed else None,
            decision=parts.DecisionShape.of(decision) if decision else None,
            letter=parts.LetterShape.of(letter, obj) if letter else None,
            policy=parts.PolicyShape.of(obj.policy_at(viewer.at), pinned=bool(obj.policy_pin)),
        )


class Content(Input):
    revision: int = Field(ge=0, le=2**31 - 1, description="of the version being written, as it was read")
    values: dict[str, Any] = Field(max_length=500, description="fields of the application form; others stay")


class Handed(Input):
    kind: str = Field(max_length=60, description="key of a material that applies")
    document: str = Field("", max_length=40, description="reference of the document that this file takes the place of")


router = routes(
    Face(
        model=Review,
        shape=ReviewShape,
        related=(
            *("project__lead", "project__institution", "committee", "assessment", "submission"),
            *("amends__review", "follows"),
        ),
        committee=along("committee__ref"),
        project=along("project__ref"),
        region="project__region",
    )
)


@router.get(
    "/{ref}/application",
    response=ApplicationShape,
    operation_id="reviews.application",
    summary="What the application asks for: fields and documents, as its assessment and what is filled in say",
)
def application(request: Call, ref: Ref) -> ApplicationShape:
    viewer = Viewer.of(request)
    review = find(Review, ref, viewer, ["assessment"])
    versions = review.submissions.order_by("-number")
    if not set(WRITERS) & review.capacities(viewer.standing):
        versions = versions.filter(sealed_at__isnull=False)
    version = versions.first()
    if version is None:
        raise Http404("no version yet")
    return ApplicationShape.of(version, review, viewer.at)


@router.put(
    "/{ref}/content",
    response=parts.VersionShape,
    operation_id="reviews.write",
    summary="Fill in fields of the version being written",
)
def write(request: Call, ref: Ref, body: Annotated[Content, Body()]) -> Any:
    viewer = Viewer.of(request)
    review = find(Review, ref, viewer, ["assessment"])
    version = _latest(review)
    form = version.form
    wrong = form_errors(form, body.values, review.assessment.conclusions)
    errors = {
        f"values.{key}": [said(form.messages[problem]) for problem in wrong[key] if problem != "required"]
        for key in body.values.keys() & wrong.keys()
    }
    if errors := {key: messages for key, messages in errors.items() if messages}:
        raise InvalidInput(errors)
    keep_section(version, by=viewer.person, revision=body.revision, values=body.values, at=viewer.at)
    return parts.VersionShape.of(version, list(_materials().filter(submission=version)), review)


@router.post(
    "/{ref}/documents",
    response={201: parts.DocumentShape},
    operation_id="reviews.hand_in",
    summary="Hand in a document with the version being written",
)
def add_document(request: Call, ref: Ref, form: Form[Handed], file: Annotated[UploadedFile, File()]) -> Status:
    require_media_type(request, "multipart/form-data")
    viewer = Viewer.of(request)
    review = find(Review, ref, viewer, ["assessment"])
    version = _latest(review)
    replaced, errors = None, {}
    if form.document:
        replaced = _materials().filter(submission=version, version__document__ref=form.document).first()
        if replaced is None:
            errors["document"] = [_("本版本中没有这份文件。")]
    needs = required_materials(review.assessment.conclusions, materials(viewer.at))
    if form.kind not in {need.key for need in needs} or (replaced and replaced.kind != form.kind):
        errors["kind"] = [_("不是本次申请适用的材料类别。")]
    if not storable(file.name or ""):
        errors["file"] = [_("文件名含有不能保存的字符。")]
    if errors:
        raise InvalidInput(errors)
    material = hand_in(version, form.kind, file, by=viewer.person, at=viewer.at, in_place_of=replaced)
    return Status(201, parts.DocumentShape.of(_materials().get(pk=material.pk), review))


@router.get("/{ref}/documents/{int:id}", operation_id="reviews.document", summary="A document, as an attachment")
def document(request: Call, ref: Ref, id: int) -> FileResponse:  # noqa: A002 - the address says so
    viewer = Viewer.of(request)
    review = find(Review, ref, viewer)
    handed_in = Material.objects.filter(submission__review=review).values("version")
    readable = readable_versions(viewer.standing).filter(pk__in=handed_in)
    found = readable.select_related("findings").defer("findings__text").filter(pk=min(id, MOST)).first()
    if found is None:
        raise Http404(id)
    return serve(found)


@router.delete(
    "/{ref}/documents/{int:id}",
    response={204: None},
    operation_id="reviews.take_back",
    summary="Leave a document out of the version being written",
)
def remove_document(request: Call, ref: Ref, id: int) -> Status:  # noqa: A002 - the address says so
    viewer = Viewer.of(request)
    review = find(Review, ref, viewer)
    material = _materials().filter(submission=_latest(review), version=min(id, MOST)).first()
    if material is None:
        raise Http404(id)
    take_back(material, by=viewer.person, at=viewer.at)
    return Status(204, None)


@router.get("/{ref}/letter", operation_id="reviews.letter", summary="The letter of the latest decision, as PDF")
def letter(request: Call, ref: Ref) -> FileResponse:
    review = find(Review, ref, Viewer.of(request))
    decision = review.decision
    found = decision.letter if decision else None
    if found is None:
        raise Http404("no letter yet")
    return serve(found)


def _latest(review: Review) -> Submission:
    """The version being written; else the last, on which whoever writes is told that it is sealed."""
    return review.submissions.order_by("-number")[:1].get()


def _versions(review: Review, *, drafts_too: bool) -> list[parts.VersionShape]:
    """Oldest first, in two queries."""
    submissions = review.submissions.order_by("number")
    if not drafts_too:
        submissions = submissions.filter(sealed_at__isnull=False)
    by_version = defaultdict(list)
    for material in _materials().filter(submission__in=submissions):
        by_version[material.submission_id].append(material)
    return [parts.VersionShape.of(version, by_version[version.pk], review) for version in submissions]


def _materials() -> Any:
    rows = Material.objects.select_related("version__document", "version__findings").order_by("kind", "pk")
    return rows.defer("version__findings__text")
