"""The words of a document, for comparison. Runs in a worker, on files that may be hostile."""

import zipfile
from collections.abc import Iterable, Iterator
from typing import IO
from xml.etree import ElementTree as ET

from ethicsreview.documents.formats import DOCX, JPEG, PDF, PNG, TEXT, XLSX, decode_text
from ethicsreview.documents.models import TextState

CAP = 2_000_000  # characters; a 900-page protocol has about half of it
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def extract(file: IO[bytes], media_type: str, cap: int = CAP) -> tuple[TextState, str]:
    """What could be read, and how completely. Never raises for a bad document."""
    reader = {PDF: _pdf, DOCX: _docx, XLSX: _xlsx, TEXT: _text}.get(media_type)
    if reader is None:
        return (TextState.NO_TEXT if media_type in (PNG, JPEG) else TextState.FAILED), ""
    file.seek(0)
    try:
        text, complete = _collect(reader(file), cap)
    except Exception:  # whatever the damage provokes; the file itself stays readable for people
        return TextState.FAILED, ""
    if not text.strip():
        return TextState.NO_TEXT, ""
    return (TextState.COMPLETE if complete else TextState.CUT), text


def _collect(parts: Iterable[str], cap: int) -> tuple[str, bool]:
    kept: list[str] = []
    room = cap
    for part in parts:
        # PostgreSQL keeps no NUL in a text, and no database keeps half a surrogate pair.
        part = part.replace("\x00", "").encode("utf-8", "ignore").decode()
        kept.append(part[:room])
        room -= len(part)
        if room < 0:
            return "".join(kept), False
    return "".join(kept), True


def _pdf(file: IO[bytes]) -> Iterator[str]:
    from pypdf import PdfReader  # loaded by who reads one, and not by who starts

    reader = PdfReader(file)
    if reader.is_encrypted:
        reader.decrypt("")
    for page in reader.pages:
        yield page.extract_text() + "\n"


def _docx(file: IO[bytes]) -> Iterator[str]:
    with zipfile.ZipFile(file) as archive, archive.open("word/document.xml") as part:
        for _event, element in ET.iterparse(part):  # noqa: S314 - expat bounds what entities may grow to
            if element.tag == f"{WORD}t":
                yield element.text or ""
            elif element.tag in (f"{WORD}p", f"{WORD}br", f"{WORD}tab"):
                yield "\t" if element.tag == f"{WORD}tab" else "\n"
                element.clear()


def _xlsx(file: IO[bytes]) -> Iterator[str]:
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            yield f"{sheet.title}\n"
            for row in sheet.iter_rows(values_only=True):
                yield "\t".join("" if cell is None else str(cell) for cell in row).rstrip("\t") + "\n"
    finally:
        book.close()


def _text(file: IO[bytes]) -> Iterator[str]:
    yield (decode_text(file.read()) or "").replace("\r\n", "\n")
