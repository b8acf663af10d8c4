"""Training plans: made by whoever organises them, moved by steps."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from ninja import Body, File, Form, Status, UploadedFile
from pydantic import BaseModel, Field

from committees.kinds import Audience
from committees.models import TrainingPlan
from committees.models.training_plan import organisers, plan_training
from committees.training_forms import MOST_TOPICS, TrainingPlanForm
from ethicsreview.documents.storage import serve, store
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, routes
from reviews.api.reading import require_media_type, storable
from reviews.api.shapes import BodyShape, Day, Input, Summary, url_of


class NewTraining(Input):
    organiser: str = Field(min_length=1, max_length=20, description="a committee, its institution, or a department")
    title: str = Field(min_length=1, max_length=200)
    topics: str = Field(min_length=1, max_length=MOST_TOPICS, description="one a line")
    audience: list[Audience] = Field(min_length=1)
    until: Day


class HeldSession(BaseModel):
    """`attendees`: user names; for the organiser alone."""

    held_on: date
    place: str
    hours: str
    valid_until: date | None
    attendees: list[str]
    certificate: str


class TrainingPlanRow(Summary):
    organiser: BodyShape
    title: str
    topics: str
    audience: list[str]
    until: date
    announced_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, obj: TrainingPlan, viewer: Any) -> Self:
        same = ("title", "topics", "audience", "until", "announced_at", "closed_at")
        organiser = BodyShape.of(obj.organiser)
        return cls(**cls.common(obj) | {name: getattr(obj, name) for name in same}, organiser=organiser)


class TrainingPlanShape(TrainingPlanRow):
    sessions: list[HeldSession]

    @classmethod
    def of(cls, obj: TrainingPlan, viewer: Any) -> Self:
        row = TrainingPlanRow.of(obj, viewer)
        held = obj.sessions.prefetch_related("attendances__person") if obj.capacities(viewer.standing) else ()
        return cls(**dict(row), sessions=[_session(obj, one) for one in held])


def _session(plan: TrainingPlan, one: Any) -> HeldSession:
    return HeldSession(
        held_on=one.held_on,
        place=one.place,
        hours=str(one.hours),
        valid_until=one.valid_until,
        attendees=sorted(row.person.username for row in one.attendances.all()),
        certificate=f"{url_of(plan)}/certificates/{one.pk}" if one.certificate_id else "",
    )


router = routes(
    Face(model=TrainingPlan, shape=TrainingPlanShape, row=TrainingPlanRow, related=("organiser",), region="region")
)


@router.post("", response={201: TrainingPlanShape}, operation_id="training-plans.create", summary="Plan a training")
def create_training(request: Call, body: Annotated[NewTraining, Body()]) -> Status:
    viewer = Viewer.of(request)
    given = body.model_dump()
    organiser = organisers(viewer.standing).filter(ref=given.pop("organiser")).first()
    form = TrainingPlanForm(given)
    errors: dict[str, Any] = (
        {} if form.is_valid() else {name: list(map(str, told)) for name, told in form.errors.items()}
    )
    if organiser is None:
        errors["organiser"] = [_("您不能以这一机构的名义组织培训。")]
    if errors or organiser is None:
        raise InvalidInput(errors)
    made = plan_training(organiser, by=viewer.person, at=viewer.at, **form.cleaned_data)
    return Status(201, TrainingPlanShape.of(made, viewer))


class HandedCertificate(Input):
    title: str = Field(min_length=1, max_length=300)


class Certificate(BaseModel):
    """`document`: what the step `hold` is told."""

    document: str
    name: str
    size: int
    digest: str


@router.post(
    "/{ref}/certificates",
    response={201: Certificate},
    operation_id="training-plans.hand_in",
    summary="Hand in what proves a session, before the step that enters it",
)
def add_certificate(
    request: Call, ref: Ref, form: Form[HandedCertificate], file: Annotated[UploadedFile, File()]
) -> Status:
    require_media_type(request, "multipart/form-data")
    viewer = Viewer.of(request)
    plan = find(TrainingPlan, ref, viewer)
    if "trainer" not in plan.capacities(viewer.standing):
        raise NotPermitted(str(_("上传证明材料")), ["trainer"])
    if not storable(file.name or ""):
        raise InvalidInput({"file": [_("文件名含有不能保存的字符。")]})
    kept = store(None, file, by=viewer.person, at=viewer.at, title=form.title, kind="training_certificate")
    told = Certificate(document=kept.document.ref, name=kept.name, size=kept.size, digest=kept.digest)
    return Status(201, told)


@router.get(
    "/{ref}/certificates/{int:id}",
    operation_id="training-plans.certificate",
    summary="What proves a session, as an attachment; for the organiser",
)
def certificate(request: Call, ref: Ref, id: int) -> FileResponse:  # noqa: A002 - the address says so
    viewer = Viewer.of(request)
    plan = find(TrainingPlan, ref, viewer)
    held = plan.sessions.select_related("certificate__findings").filter(pk=min(id, 2**63 - 1)).first()
    if held is None or held.certificate is None or not plan.capacities(viewer.standing):
        raise Http404(id)
    return serve(held.certificate)
