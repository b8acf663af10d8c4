"""Committees: what they may review, the rules that they have on file, and the texts handed in for these."""

from datetime import date
from typing import Annotated, Self

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from ninja import File, Form, Status, UploadedFile
from pydantic import BaseModel, Field

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.documents.storage import serve, store
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.lifecycles import Face, along, routes
from reviews.api.reading import require_media_type, storable
from reviews.api.shapes import BodyShape, Input, Summary, url_of

KEEPERS = [Role.SECRETARY, Role.INSTITUTION_OFFICER, Role.OPERATOR]


class RuleShape(BaseModel):
    kind: str
    label: str
    effective: date
    until: date | None
    document: str
    digest: str
    url: str


class CommitteeShape(Summary):
    name: str
    type: str
    institution: BodyShape | None
    region: str
    regimes: list[str]
    rules: list[RuleShape]

    @classmethod
    def of(cls, obj: Committee, viewer: Viewer) -> Self:
        rules = obj.rules.select_related("version__document").order_by("kind", "-effective", "-pk")
        return cls(
            **cls.common(obj),
            name=obj.name,
            type=obj.type,
            institution=BodyShape.of(obj.institution) if obj.institution else None,
            region=obj.region,
            regimes=list(obj.regimes),
            rules=[
                RuleShape(
                    kind=rule.kind,
                    label=str(rule.get_kind_display()),
                    effective=rule.effective,
                    until=rule.until,
                    document=rule.version.document.ref,
                    digest=rule.version.digest,
                    url=f"{url_of(obj)}/rules/{rule.pk}",
                )
                for rule in rules
            ],
        )


class HandedPaper(Input):
    title: str = Field(min_length=1, max_length=300)


class Text(BaseModel):
    """`document`: what the step `adopt_rule` is told."""

    document: str
    name: str
    size: int
    digest: str


router = routes(
    Face(Committee, shape=CommitteeShape, related=("institution",), committee=along("ref"), region="region")
)


@router.post(
    "/{ref}/documents",
    response={201: Text},
    operation_id="committees.hand_in",
    summary="Hand in the text of a rule, before the step that files it",
)
def add_text(request: Call, ref: Ref, form: Form[HandedPaper], file: Annotated[UploadedFile, File()]) -> Status:
    require_media_type(request, "multipart/form-data")
    viewer = Viewer.of(request)
    committee = find(Committee, ref, viewer)
    if not committee.capacities(viewer.standing) & set(KEEPERS):
        raise NotPermitted(str(_("上传制度文本")), KEEPERS)
    if not storable(file.name or ""):
        raise InvalidInput({"file": [_("文件名含有不能保存的字符。")]})
    kept = store(None, file, by=viewer.person, at=viewer.at, title=form.title, kind="committee_rule")
    return Status(201, Text(document=kept.document.ref, name=kept.name, size=kept.size, digest=kept.digest))


@router.get("/{ref}/rules/{int:id}", operation_id="committees.rule", summary="The text of a rule, as an attachment")
def rule(request: Call, ref: Ref, id: int) -> FileResponse:  # noqa: A002 - the address says so
    committee = find(Committee, ref, Viewer.of(request))
    found = committee.rules.select_related("version__findings").filter(pk=min(id, 2**63 - 1)).first()
    if found is None:
        raise Http404(id)
    return serve(found.version)
