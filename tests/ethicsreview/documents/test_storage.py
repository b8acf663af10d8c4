import re
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction

from ethicsreview.documents.checks import UploadRefused
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.models import Document, DocumentVersion, Findings, Kept, Scan, TextState
from ethicsreview.documents.storage import FileGone, serve, store
from tests.ethicsreview.documents import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(person, at):
    return store(None, ContentFile(files.pdf(pages=2), "方案.pdf"), by=person, at=at, kind="protocol")


def test_stored_file_is_kept_as_it_came(version, person, at):
    content = files.pdf(pages=2)

    assert Path(version.file.path).read_bytes() == content
    assert (version.number, version.name, version.size) == (1, "方案.pdf", len(content))
    assert (version.media_type, version.pages, version.digest) == ("application/pdf", 2, sm3(content))
    assert (version.uploaded_by, version.uploaded_at) == (person, at)
    assert (version.document.title, version.document.kind) == ("方案.pdf", "protocol")
    assert re.fullmatch(r"D2026-\d{6}", version.document.ref)


def test_path_tells_nothing_and_cannot_be_guessed(version):
    assert re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{38}", version.file.name)


def test_state_before_the_worker_came_is_shown_honestly(version):
    assert (version.scan, version.text_state, version.text) == (Scan.NOT_SCANNED, TextState.PENDING, "")
    assert str(Scan(version.scan).label) == "未查毒"


def test_new_version_leaves_the_old_one_in_place(version, person, at):
    second = store(version.document, ContentFile(files.docx(), "方案.docx"), by=person, at=at)

    assert second.number == 2
    assert [v.number for v in version.document.versions.all()] == [1, 2]
    assert version.document.latest() == second
    assert Path(version.file.path).read_bytes() == files.pdf(pages=2)


def test_two_versions_cannot_have_one_number(version, person, at):
    twin = DocumentVersion(
        document=version.document, number=1, file="x", name="x", size=1, uploaded_by=person, uploaded_at=at
    )

    with pytest.raises(DatabaseError), transaction.atomic():
        twin.save()


def test_refused_file_leaves_nothing(person, at, settings):
    with pytest.raises(UploadRefused):
        store(None, ContentFile(b"MZ", "方案.pdf"), by=person, at=at)

    assert Document.objects.count() == 0
    assert not Path(settings.MEDIA_ROOT).exists()


def test_version_cannot_be_changed_or_deleted(version):
    version.name = "别的.pdf"

    with pytest.raises(Kept):
        version.save()
    with pytest.raises(Kept):
        version.delete()


@pytest.mark.parametrize(
    "statement", ["UPDATE documents_documentversion SET digest = ''", "DELETE FROM documents_documentversion"]
)
def test_database_refuses_to_change_a_version(version, statement):
    Findings.objects.all().delete()

    with pytest.raises(DatabaseError, match="kept as written"), transaction.atomic():
        connection.cursor().execute(statement)


def test_list_of_versions_takes_one_query(version, person, at, django_assert_num_queries):
    for _number in range(2):
        store(version.document, ContentFile(b"text", "说明.txt"), by=person, at=at)

    with django_assert_num_queries(1):
        rows = [(v.document.ref, v.scan, v.text_state) for v in DocumentVersion.objects.for_lists()]

    assert len(rows) == 3


def test_file_is_served_as_an_attachment_under_its_chinese_name(version):
    with closing(serve(version)) as response:
        served = b"".join(response.streaming_content)

    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E6%96%B9%E6%A1%88.pdf"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert served == files.pdf(pages=2)


def test_quotes_in_a_name_cannot_end_the_header(person, at):
    version = store(None, ContentFile(b"x", "a'; b=c.txt"), by=person, at=at)

    with closing(serve(version)) as response:
        assert response["Content-Disposition"] == 'attachment; filename="a\'; b=c.txt"'


def test_infected_file_is_not_served(version):
    Findings.objects.update(scan=Scan.INFECTED)
    version.refresh_from_db()

    with pytest.raises(PermissionDenied, match="查出病毒"):
        serve(version)


def test_file_that_is_gone_is_named(version):
    Path(version.file.path).unlink()

    with pytest.raises(FileGone, match=r"方案\.pdf"):
        serve(version)
