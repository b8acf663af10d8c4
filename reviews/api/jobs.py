"""Background work of whoever the token belongs to: what there is to ask for, how far it is, its result."""

from datetime import datetime
from typing import Annotated, Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from ninja import Body, Query, Router, Status
from pydantic import BaseModel, Field

from ethicsreview.lifecycle.refusals import InvalidInput, NotVisible
from ethicsreview.work import asking
from ethicsreview.work.kinds import KINDS, label_of
from ethicsreview.work.models import Job
from ethicsreview.work.views import serve
from reviews.api.access import REF, Call, Ref, Viewer
from reviews.api.lifecycles import Paged, check_known, page_of
from reviews.api.shapes import ROOT, Input, Page


class JobShape(BaseModel):
    """`total` is null while nobody knows how much there is; `result_url` without a result, and after its time."""

    ref: str
    kind: str
    kind_label: str
    title: str
    state: str
    state_label: str
    done: int
    total: int | None
    step: str
    asked_at: datetime
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    summary: str
    error: str
    result_name: str
    result_size: int | None
    result_sm3: str
    result_url: str | None
    kept_until: datetime | None
    url: str

    @classmethod
    def of(cls, job: Job) -> "JobShape":
        url = f"{ROOT}/jobs/{job.ref}"
        return cls(
            **{
                name: getattr(job, name)
                for name in ("ref", "kind", "title", "state", "done", "total", "step", "asked_at", "ended_at")
            },
            **{name: getattr(job, name) for name in ("cancel_asked_at", "summary", "error", "result_name")},
            kind_label=label_of(job.kind),
            state_label=str(job.get_state_display()),
            result_size=job.size,
            result_sm3=job.digest,
            result_url=f"{url}/result" if job.has_result else None,
            kept_until=job.keep_until if job.has_result else None,
            url=url,
        )


class Wanted(Input):
    kind: str = Field(max_length=60, description="one that you may ask for: `desk.queue`, `project.dossier`, …")
    terms: dict[str, str] = Field({}, description="the fields of its form")


router = Router(tags=["jobs"])


@router.get("", response=Page[JobShape], operation_id="jobs.list", summary="Your background work, newest first")
def listed(request: Call, asked: Query[Paged]) -> Any:
    check_known(request, asked)
    found = page_of(Job.objects.visible_to(Viewer.of(request).standing), ["-pk"], asked)
    return Page[JobShape](items=[JobShape.of(job) for job in found.rows], next=found.next or None)


@router.post(
    "",
    response={201: JobShape},
    operation_id="jobs.ask",
    summary="Ask for an export",
    description="What takes a file is asked for on its page. While the same is under way, it is given back.",
)
def ask(request: Call, body: Annotated[Wanted, Body()]) -> Status:
    viewer = Viewer.of(request)
    kind = KINDS.get(body.kind)
    if kind is None or kind.may is None or not kind.may(viewer.standing):
        raise InvalidInput({"kind": [_("没有这一种任务，或者您无权要求。")]})
    form = kind.form(body.terms, standing=viewer.standing)
    if not form.is_valid():
        raise InvalidInput({name: [str(one) for one in told] for name, told in form.errors.items()})
    return Status(201, JobShape.of(asking.ask_by_form(form, kind, at=viewer.at)))


@router.get("/{ref}", response=JobShape, operation_id="jobs.get", summary="How far it is, and what came of it")
def one(request: Call, ref: Ref) -> Any:
    return JobShape.of(_find(Viewer.of(request), ref))


@router.post(
    "/{ref}/cancel",
    response=JobShape,
    operation_id="jobs.cancel",
    summary="Stop it: at once, or between two pieces; what is over stays as it is",
)
def cancel(request: Call, ref: Ref) -> Any:
    viewer = Viewer.of(request)
    job = _find(viewer, ref)
    asking.cancel(job, viewer.at)
    job.refresh_from_db()
    return JobShape.of(job)


@router.get("/{ref}/result", operation_id="jobs.result", summary="The file, as an attachment, while it is kept")
def result(request: Call, ref: Ref) -> FileResponse:
    job = _find(Viewer.of(request), ref)
    if not job.has_result:
        raise NotVisible(f"job:{ref} has no result")
    return serve(job)


def _find(viewer: Viewer, ref: str) -> Job:
    found = Job.objects.visible_to(viewer.standing).filter(ref=ref).first() if REF.fullmatch(ref) else None
    if found is None:
        raise NotVisible(f"job:{ref}")
    return found
