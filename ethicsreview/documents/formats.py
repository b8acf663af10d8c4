"""What a file truly is, by its content, and what is wrong with it. No file name is looked at here.

No reader unpacks, runs or renders anything, and none reads more than the limits allow.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject, PdfObject

MB = 1 << 20

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PNG = "image/png"
JPEG = "image/jpeg"
TEXT = "text/plain"
UNKNOWN = ""

OOXML_MAIN = {f"{DOCX}.main+xml": DOCX, f"{XLSX}.main+xml": XLSX}
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
TEXT_ENCODINGS = ("utf-8-sig", "gb18030")
# JPEG frames that carry the picture's size; C4, C8 and CC in this range are tables, not frames.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Limits:
    """Technical limits, that keep a worker alive. They say nothing about the law."""

    bytes: int = 50 * MB
    text_bytes: int = 10 * MB
    pages: int = 2_000
    unpacked_bytes: int = 400 * MB
    zip_entries: int = 10_000
    zip_ratio: int = 200  # unpacked to packed, over the whole archive; office files stay under 50
    pixels: int = 100_000_000
    name_characters: int = 120


@dataclass(frozen=True)
class Problem:
    code: str
    message: str  # in the language of the moment: what is wrong, and what to do


@dataclass
class Content:
    """What the content turned out to be."""

    media_type: str = UNKNOWN
    pages: int | None = None
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, code: str, message: str) -> None:
        self.problems.append(Problem(code, message))


def read(file: IO[bytes], limits: Limits) -> Content:
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    content = Content()
    if b"%PDF-" in head:
        _read_pdf(file, limits, content)
    elif head.startswith(ZIP_MAGIC):
        _read_ooxml(file, limits, content)
    elif head.startswith(OLE_MAGIC):
        content.refuse(
            "old_or_encrypted_office",
            _("文件是旧版 Office 格式，或者加了密码。请去掉密码，另存为 .docx、.xlsx 或 PDF 后再上传。"),
        )
    elif head.startswith(PNG_MAGIC):
        _read_png(file, limits, content)
    elif head.startswith(b"\xff\xd8\xff"):
        _read_jpeg(file, limits, content)
    elif head:
        _read_text(file, limits, content)
    file.seek(0)
    return content


# --- PDF ----------------------------------------------------------------------------------------------------


def _read_pdf(file: IO[bytes], limits: Limits, content: Content) -> None:
    from pypdf import PdfReader  # loaded by who reads one, and not by who starts

    content.media_type = PDF
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            content.refuse("encrypted", _("PDF 加了密码，打不开。请去掉密码后再上传。"))
            return
        content.pages = len(reader.pages)
        active = _runs_something(reader.root_object)
    except Exception:  # pypdf raises whatever the damage provokes: KeyError, RecursionError, its own
        content.refuse("damaged", _("PDF 已损坏，无法读取。请重新导出或扫描后再上传。"))
        return
    if content.pages == 0:
        content.refuse("no_pages", _("PDF 里没有任何页面。请检查后重新导出。"))
    if content.pages > limits.pages:
        content.refuse(
            "too_many_pages",
            _("PDF 共 %(pages)s 页，超过 %(limit)s 页。请拆分成几个文件上传。")
            % {"pages": content.pages, "limit": limits.pages},
        )
    if active:
        content.refuse("active_content", _("PDF 打开时会运行脚本或程序。请用“打印为 PDF”重新生成，去掉脚本后再上传。"))


def _runs_something(catalogue: "DictionaryObject") -> bool:
    from pypdf.generic import DictionaryObject, IndirectObject

    def resolved(value: "PdfObject | None") -> "PdfObject | None":
        return value.get_object() if isinstance(value, IndirectObject) else value

    names = resolved(catalogue.get("/Names"))
    if isinstance(names, DictionaryObject) and "/JavaScript" in names:
        return True
    action = resolved(catalogue.get("/OpenAction"))
    return isinstance(action, DictionaryObject) and action.get("/S") in ("/JavaScript", "/Launch")


# --- Word and Excel -----------------------------------------------------------------------------------------


def _read_ooxml(file: IO[bytes], limits: Limits, content: Content) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if not _within_bounds(entries, limits):
                content.refuse("zip_bomb", _("文件解压后异常庞大，疑似压缩炸弹。请用 Office 或 WPS 重新保存后再上传。"))
                return
            if any(entry.flag_bits & 0x1 for entry in entries):
                content.refuse("encrypted", _("文件加了密码，打不开。请去掉密码后再上传。"))
                return
            names = {entry.filename for entry in entries}
            types = _content_types(archive) if "[Content_Types].xml" in names else set()
    except (zipfile.BadZipFile, ET.ParseError, EOFError, OSError, ValueError, NotImplementedError):
        content.refuse("damaged", _("文件已损坏，无法读取。请用 Office 或 WPS 重新保存后再上传。"))
        return
    found = {OOXML_MAIN[name] for name in types & OOXML_MAIN.keys()}
    if len(found) == 1:
        content.media_type = found.pop()
    if any("macroEnabled" in name or "vbaProject" in name for name in types | names):
        content.refuse("macros", _("文件带有宏。请另存为不带宏的 .docx 或 .xlsx 后再上传。"))


def _within_bounds(entries: list[zipfile.ZipInfo], limits: Limits) -> bool:
    """By the sizes the archive declares: Python's zipfile never reads past them, so a lie gains nothing."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    return (
        len(entries) <= limits.zip_entries
        and unpacked <= limits.unpacked_bytes
        and (unpacked <= MB or unpacked <= packed * limits.zip_ratio)
    )


def _content_types(archive: zipfile.ZipFile) -> set[str]:
    with archive.open("[Content_Types].xml") as part:
        raw = part.read(MB + 1)
    if len(raw) > MB or b"<!" in raw.replace(b"<!--", b""):
        raise ValueError("a list of content types has neither this size nor a document type")
    root = ET.fromstring(raw)  # noqa: S314 - no document type, so no entities; at most 1 MB
    return {element.get("ContentType", "") for element in root}


# --- pictures -----------------------------------------------------------------------------------------------


def _read_png(file: IO[bytes], limits: Limits, content: Content) -> None:
    content.media_type = PNG
    head = file.read(33)
    file.seek(-min(12, file.seek(0, 2)), 2)
    whole = head[12:16] == b"IHDR" and file.read(12)[4:8] == b"IEND"
    size = (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) if whole else None
    _check_picture(size, limits, content)


def _read_jpeg(file: IO[bytes], limits: Limits, content: Content) -> None:
    content.media_type = JPEG
    _check_picture(_jpeg_size(file), limits, content)


def _jpeg_size(file: IO[bytes]) -> tuple[int, int] | None:
    for marker, length in _jpeg_segments(file):
        if marker in JPEG_FRAMES:
            frame = file.read(min(length, 5))
            return (int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3])) if len(frame) == 5 else None
        file.seek(length, 1)
    return None


def _jpeg_segments(file: IO[bytes]) -> Iterator[tuple[int, int]]:
    file.seek(2)
    while (start := file.read(2)) and start[0] == 0xFF and len(start) == 2:
        length = int.from_bytes(file.read(2)) - 2
        if length < 0:
            return
        yield start[1], length


def _check_picture(size: tuple[int, int] | None, limits: Limits, content: Content) -> None:
    if size is None or 0 in size:
        content.refuse("damaged", _("图片已损坏或不完整。请重新导出后再上传。"))
        return
    content.pages = 1
    if size[0] * size[1] > limits.pixels:
        content.refuse(
            "too_many_pixels",
            _("图片为 %(width)s×%(height)s 像素，太大。请缩小后再上传。") % {"width": size[0], "height": size[1]},
        )


# --- plain text ---------------------------------------------------------------------------------------------


def _read_text(file: IO[bytes], limits: Limits, content: Content) -> None:
    raw = file.read(limits.text_bytes + 1)
    if decode_text(raw[: limits.text_bytes]) is None:
        return
    content.media_type = TEXT
    if len(raw) > limits.text_bytes:
        content.refuse(
            "text_too_large",
            _("纯文本超过 %(limit)s MB。请拆分，或者导出为 PDF 后再上传。") % {"limit": limits.text_bytes // MB},
        )


def decode_text(raw: bytes) -> str | None:
    """Text in UTF-8 or GB 18030; None for anything that has the control characters of a program."""
    for encoding in TEXT_ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            if len(raw) - error.start >= 4:
                continue
            text = raw[: error.start].decode(encoding)  # cut inside the last character
        if not any(ord(character) < 32 and character not in "\t\n\r\f" for character in text):
            return text
    return None
