"""The review in the partners' countries: what is on file of each, and its document."""

from datetime import date, datetime
from typing import Annotated, Self

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from ninja import File, Status, UploadedFile
from pydantic import BaseModel

from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.reading import require_media_type, storable
from reviews.api.shapes import Summary, url_of
from reviews.models import ForeignApproval
from reviews.models.international.papers import hand_in_approval, readable_paper


class Paper(BaseModel):
    document: str
    version: int
    name: str
    size: int
    media_type: str
    digest: str
    url: str

    @classmethod
    def of(cls, version: DocumentVersion, url: str) -> Self:
        return cls(
            document=version.document.ref,
            version=version.number,
            name=version.name,
            size=version.size,
            media_type=version.media_type,
            digest=version.digest,
            url=url,
        )


class ForeignApprovalShape(Summary):
    """`holds`: whether it satisfies Measures 12 for this country today."""

    project: str
    country: str
    country_name: str
    basis: str
    body: str
    number: str
    approved_on: date | None
    expires_on: date | None
    reason: str
    returned_reason: str
    entered_at: datetime | None
    confirmed_at: datetime | None
    holds: bool
    replaces: str | None
    document: Paper | None

    @classmethod
    def of(cls, obj: ForeignApproval, viewer: Viewer) -> Self:
        return cls(
            **cls.common(obj),
            project=obj.project.ref,
            country=obj.country,
            country_name=obj.country_name,
            basis=obj.basis,
            body=obj.body,
            number=obj.number,
            approved_on=obj.approved_on,
            expires_on=obj.expires_on,
            reason=obj.reason,
            returned_reason=obj.returned_reason,
            entered_at=obj.entered_at,
            confirmed_at=obj.confirmed_at,
            holds=obj.state == ForeignApproval.State.CONFIRMED and not obj.lapsed(viewer.at),
            replaces=obj.replaces.ref if obj.replaces else None,
            document=Paper.of(obj.document, f"{url_of(obj)}/document") if obj.document else None,
        )


router = routes(
    Face(
        model=ForeignApproval,
        shape=ForeignApprovalShape,
        row=ForeignApprovalShape,
        related=("project__lead", "project__institution", "document__document", "replaces"),
        project=along("project__ref"),
        region="project__region",
    )
)


@router.post(
    "/{ref}/document",
    response={201: ForeignApprovalShape},
    operation_id="foreign_approvals.hand_in",
    summary="Hand in the approval's document, before it is entered by its step",
)
def add_document(request: Call, ref: Ref, file: Annotated[UploadedFile, File()]) -> Status:
    require_media_type(request, "multipart/form-data")
    viewer = Viewer.of(request)
    approval = find(ForeignApproval, ref, viewer, ["project", "document__document"])
    if not storable(file.name or ""):
        raise InvalidInput({"file": [_("文件名含有不能保存的字符。")]})
    hand_in_approval(approval, file, by=viewer.person, at=viewer.at)
    return Status(201, ForeignApprovalShape.of(find(ForeignApproval, ref, viewer, ["project", "replaces"]), viewer))


@router.get("/{ref}/document", operation_id="foreign_approvals.document", summary="Its document, as an attachment")
def document(request: Call, ref: Ref) -> FileResponse:
    viewer = Viewer.of(request)
    paper = readable_paper(find(ForeignApproval, ref, viewer, ["project", "document__findings"]), viewer.standing)
    if paper is None:
        raise Http404("no document yet")
    return serve(paper)
