"""Taking files in and handing them out."""

import datetime as dt
from functools import partial
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Person, Sequence
from ethicsreview.documents.checks import LIMITS, Limits, check_upload
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.models import Document, DocumentVersion, Findings, Letter, Scan
from ethicsreview.documents.tasks import extract

log = structlog.get_logger(__name__)


class FileGone(Exception):
    """The row is there and its file is not: a lost volume, or a restored database without its files."""

    def __init__(self, name: str) -> None:
        super().__init__(_("存储中暂时取不到文件“%(name)s”，已记录；请联系运维人员。") % {"name": name})


@transaction.atomic
def store(
    document: Document | None,
    file: "File[Any]",
    *,
    by: Person,
    at: dt.datetime,
    title: str = "",
    kind: str = "",
    limits: Limits = LIMITS,
) -> DocumentVersion:
    """The next version of a document, or the first of a new one. Raises UploadRefused with all problems.

    `title` and `kind` are those of a new document; its title falls back to the file's name. Old versions
    stay. If the caller's transaction is undone, the file is left without a row, where nobody can find it.
    """
    checked = check_upload(file, file.name or "", limits)
    if document is None:
        year = timezone.localtime(at).year
        ref = f"D{year}-{Sequence.take(f'D{year}'):06d}"
        document = Document.objects.create(ref=ref, title=title or checked.name, kind=kind)
    else:
        document = Document.objects.select_for_update().get(pk=document.pk)
    version = DocumentVersion(
        document=document,
        number=document.versions.count() + 1,
        name=checked.name,
        size=checked.size,
        media_type=checked.media_type,
        digest=sm3(file),
        pages=checked.pages,
        uploaded_by=by,
        uploaded_at=at,
    )
    version.file.save(checked.name, file, save=False)
    version.save()
    Findings.objects.create(version=version)
    transaction.on_commit(partial(extract.delay, version.pk), robust=True)
    return version


def serve(item: DocumentVersion | Letter) -> FileResponse:
    """The file as an attachment. Whether the person may have it is the caller's question.

    Never inline: a page of ours must not run what somebody uploaded. Raises PermissionDenied for a virus, FileGone.
    """
    if isinstance(item, DocumentVersion) and item.scan == Scan.INFECTED:
        raise PermissionDenied(_("该文件查出病毒，已停止下载。请联系上传人重新提交。"))
    try:
        content = item.file.open("rb")
    except FileNotFoundError as error:
        log.error("file_gone", kind=type(item).__name__, pk=item.pk)
        raise FileGone(item.name) from error
    response = FileResponse(content, as_attachment=True, filename=item.name, content_type=item.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def serve_kept(kept: DocumentVersion | Letter | None, ref: str) -> FileResponse:
    """`serve`, where there may be nothing yet: then it is not found."""
    if kept is None:
        raise Http404(ref)
    return serve(kept)
