"""Follow-ups and reports: begun on the project, moved by steps, with documents beside them."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from ninja import Body, File, Router, Status, UploadedFile
from pydantic import BaseModel

from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.papers import Paper
from reviews.api.projects import router as projects
from reviews.api.reading import require_media_type, storable
from reviews.api.shapes import Input, Summary, url_of
from reviews.models import FollowUp, Project, Report, Review
from reviews.models.following.contents import Kind
from reviews.models.following.filing import Filed
from reviews.models.following.reporting import hand_in_paper, start_report

MOST = 2**63 - 1  # a database counts no further
RELATED = (
    *("project__institution", "project__lead", "filed_by"),
    *("review__project", "review__committee", "review__assessment"),
)


class NewReport(Input):
    kind: Kind


class Informing(BaseModel):
    """What participants are to be told by which day; once they were, when and how many."""

    what: str
    by: date
    informed_on: date | None = None
    told: int | None = None
    reconsented: int | None = None


class FiledShape(Summary):
    """`answers` by the names of the step that files it. `review` is the approval it rests on, `proceeding` the review
    that looks at it.
    """

    project: str
    review: str
    committee: str
    answers: dict[str, str | int]
    documents: list[Paper]
    filed_at: datetime | None
    late: bool
    proceeding: str | None

    @classmethod
    def filed(cls, obj: Filed, viewer: Viewer) -> dict[str, Any]:
        readable = obj.readable_by(viewer.standing)
        papers = obj.handed_in() if readable else []
        seen = Review.objects.visible_to(viewer.standing).filter(**{obj.noun: obj}).order_by("-pk")
        return cls.common(obj) | {
            "project": obj.project.ref,
            "review": obj.review.ref,
            "committee": obj.review.committee.ref,
            "answers": obj.answers if readable else {},
            "documents": [Paper.of(one.version, f"{url_of(obj)}/documents/{one.pk}") for one in papers],
            "filed_at": obj.filed_at,
            "late": obj.was_late(viewer.at),
            "proceeding": seen.values_list("ref", flat=True).first(),
        }


class FollowUpShape(FiledShape):
    number: int
    due_on: date
    report_from: date

    @classmethod
    def of(cls, obj: FollowUp, viewer: Viewer) -> Self:
        return cls(**cls.filed(obj, viewer), number=obj.number, due_on=obj.due_on, report_from=obj.report_from)


class ReportShape(FiledShape):
    """`limit_on` is null where no rule has a number: it is reported at once, or promptly. The committee's worksheet is
    not told here.
    """

    report_kind: Kind
    limit_on: date | None
    provisionally_suspended_at: datetime | None
    informing: Informing | None
    answer: str
    decided_at: datetime | None

    @classmethod
    def of(cls, obj: Report, viewer: Viewer) -> Self:
        return cls(
            **cls.filed(obj, viewer),
            report_kind=Kind(obj.kind),
            limit_on=obj.limit_on,
            provisionally_suspended_at=obj.provisional.get("at"),
            informing=Informing(**obj.informing) if obj.informing else None,
            answer=obj.answer,
            decided_at=obj.decided_at,
        )


follow_ups = routes(
    Face(
        FollowUp,
        shape=FollowUpShape,
        related=RELATED,
        committee=along("review__committee__ref"),
        project=along("project__ref"),
        region="review__project__region",
    )
)
reports = routes(
    Face(
        Report,
        shape=ReportShape,
        related=RELATED,
        committee=along("review__committee__ref"),
        project=along("project__ref"),
        region="review__project__region",
    )
)


@projects.post(
    "/{ref}/reports",
    response={201: ReportShape},
    operation_id="projects.report",
    summary="Begin a report; the open draft of its kind, if there is one",
)
def begin(request: Call, ref: Ref, body: Annotated[NewReport, Body()]) -> Status:
    viewer = Viewer.of(request)
    report = start_report(find(Project, ref, viewer), body.kind, by=viewer.person, at=viewer.at)
    return Status(201, ReportShape.of(find(Report, report.ref, viewer, RELATED), viewer))


def _with_documents(router: Router, model: Any, shape: Any) -> None:
    collection = model.collection

    @router.post(
        "/{ref}/documents",
        response={201: shape},
        operation_id=f"{collection}.hand_in",
        summary="Hand in a document beside it, before it is filed",
    )
    def add(request: Call, ref: Ref, file: Annotated[UploadedFile, File()]) -> Status:
        require_media_type(request, "multipart/form-data")
        viewer = Viewer.of(request)
        found: Any = find(model, ref, viewer, RELATED)
        if not storable(file.name or ""):
            raise InvalidInput({"file": [_("文件名含有不能保存的字符。")]})
        hand_in_paper(found, file, by=viewer.person, at=viewer.at)
        return Status(201, shape.of(find(model, ref, viewer, RELATED), viewer))

    @router.get(
        "/{ref}/documents/{int:id}", operation_id=f"{collection}.document", summary="A document of it, as an attachment"
    )
    def document(request: Call, ref: Ref, id: int) -> FileResponse:  # noqa: A002 - the address says so
        viewer = Viewer.of(request)
        found: Any = find(model, ref, viewer, RELATED)
        kept = found.papers.select_related("version__document", "version__findings").filter(pk=min(id, MOST)).first()
        if kept is None or not found.readable_by(viewer.standing):
            raise Http404("no such document")
        return serve(kept.version)


_with_documents(follow_ups, FollowUp, FollowUpShape)
_with_documents(reports, Report, ReportShape)
