"""Reading and scanning, with a ClamAV daemon played by a socket of our own."""

import io
import socketserver
import threading

import pytest
from django.core.files.base import ContentFile

from ethicsreview.documents.clamav import ScannerUnavailable, is_infected
from ethicsreview.documents.extraction import extract as extract_text
from ethicsreview.documents.formats import DOCX, PDF, PNG, TEXT, XLSX
from ethicsreview.documents.models import Findings, Scan, TextState
from ethicsreview.documents.storage import store
from ethicsreview.documents.tasks import extract, extract_pending
from tests.ethicsreview.documents import files

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4)):
            content += self.rfile.read(length)
        self.wfile.write(b"stream: Eicar FOUND\0" if EICAR in content else b"stream: OK\0")


@pytest.fixture
def clamav():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def stored(person, at):
    return lambda content, name: store(None, ContentFile(content, name), by=person, at=at)


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (files.pdf(text="informed consent"), PDF, "informed consent\n"),
        (files.docx(("第一段", "第二段")), DOCX, "第一段\n第二段\n"),
        (files.xlsx((("姓名", "例数"), ("王", 3))), XLSX, "Sheet\n姓名\t例数\n王\t3\n"),
        ("中文\r\n".encode("gb18030"), TEXT, "中文\n"),
    ],
)
def test_words_are_read_from_each_format(content, media_type, expected):
    assert extract_text(io.BytesIO(content), media_type) == (TextState.COMPLETE, expected)


@pytest.mark.parametrize(
    ("content", "media_type", "state"),
    [
        (files.pdf(), PDF, TextState.NO_TEXT),
        (files.png(), PNG, TextState.NO_TEXT),
        (b"%PDF-1.7 broken", PDF, TextState.FAILED),
        (files.docx()[:100], DOCX, TextState.FAILED),
    ],
)
def test_no_words_are_said_to_be_none(content, media_type, state):
    assert extract_text(io.BytesIO(content), media_type) == (state, "")


def test_long_text_is_cut_and_said_so():
    content = files.docx(tuple("正文" * 10 for _paragraph in range(100)))

    assert extract_text(io.BytesIO(content), DOCX, cap=50) == (TextState.CUT, ("正文" * 10 + "\n") * 2 + "正文" * 4)


def test_scanner_tells_clean_from_infected(clamav):
    assert is_infected(io.BytesIO(b"x" * 200_000), clamav) is False
    assert is_infected(io.BytesIO(EICAR), clamav) is True


def test_absent_scanner_is_not_taken_for_clean():
    with pytest.raises(ScannerUnavailable):
        is_infected(io.BytesIO(b"x"), "127.0.0.1:1")


@pytest.mark.django_db
def test_worker_reads_and_scans(stored, clamav, settings):
    settings.CLAMAV_ADDRESS = clamav
    version = stored(b"plain words", "a.txt")

    extract(version.pk)

    findings = Findings.objects.get(version=version)
    assert (findings.scan, findings.text_state, findings.text) == ("clean", "complete", "plain words")


@pytest.mark.django_db
def test_infected_file_is_not_opened_any_further(stored, clamav, settings):
    settings.CLAMAV_ADDRESS = clamav
    version = stored(EICAR, "a.txt")

    extract(version.pk)

    findings = Findings.objects.get(version=version)
    assert (findings.scan, findings.text_state, findings.text) == ("infected", "pending", "")


@pytest.mark.django_db
def test_what_a_lost_message_left_is_taken_up_once(stored):
    stored(b"one", "a.txt")
    stored(b"two", "b.txt")

    assert extract_pending() == 2
    assert extract_pending() == 0
    assert set(Findings.objects.values_list("scan", "text")) == {("not_scanned", "one"), ("not_scanned", "two")}


@pytest.mark.django_db
def test_file_is_scanned_later_when_the_scanner_was_away(stored, clamav, settings):
    settings.CLAMAV_ADDRESS = "127.0.0.1:1"
    version = stored(b"one", "a.txt")
    extract_pending()
    assert Findings.objects.get(version=version).scan == Scan.NOT_SCANNED

    settings.CLAMAV_ADDRESS = clamav
    extract_pending()

    assert Findings.objects.get(version=version).scan == Scan.CLEAN


@pytest.mark.django_db
def test_missing_file_does_not_hold_up_the_others(stored, clamav, settings):
    lost, found = stored(b"one", "a.txt"), stored(b"two", "b.txt")
    lost.file.storage.delete(lost.file.name)
    settings.CLAMAV_ADDRESS = clamav

    extract_pending()

    lost, found = Findings.objects.get(version=lost), Findings.objects.get(version=found)
    assert (lost.scan, lost.text_state) == ("not_scanned", "failed")
    assert (found.scan, found.text_state) == ("clean", "complete")
