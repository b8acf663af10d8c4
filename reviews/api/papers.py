"""One paper beside an object, which a step then names: handed in while it is written, handed out to who may see it."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Self

from django.http import FileResponse
from django.utils.translation import gettext as _
from ninja import File, Router, Status, UploadedFile
from pydantic import BaseModel

from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import serve_kept
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.reading import require_media_type, storable


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


def _own_paper(obj: Any, _viewer: Viewer) -> DocumentVersion | None:
    found: DocumentVersion | None = obj.document
    return found


def take_and_give(
    router: Router,
    model: Any,
    shape: Any,
    *,
    related: Sequence[str],
    keep: Callable[..., Any],
    operation: str,
    taking: str,
    giving: str,
    readable: Callable[[Any, Viewer], DocumentVersion | None] = _own_paper,
) -> None:
    """The two addresses. `keep` is the one way by which the paper is handed in; `readable` says what of it may be read;
    `taking` and `giving` are their summaries.
    """

    @router.post("/{ref}/document", response={201: shape}, operation_id=f"{operation}.hand_in", summary=taking)
    def add_document(request: Call, ref: Ref, file: Annotated[UploadedFile, File()]) -> Status:
        require_media_type(request, "multipart/form-data")
        viewer = Viewer.of(request)
        found = find(model, ref, viewer, related)
        if not storable(file.name or ""):
            raise InvalidInput({"file": [_("文件名含有不能保存的字符。")]})
        keep(found, file, by=viewer.person, at=viewer.at)
        return Status(201, shape.of(find(model, ref, viewer, related), viewer))

    @router.get("/{ref}/document", operation_id=f"{operation}.document", summary=giving)
    def document(request: Call, ref: Ref) -> FileResponse:
        viewer = Viewer.of(request)
        return serve_kept(readable(find(model, ref, viewer, [*related, "document__findings"]), viewer), ref)
