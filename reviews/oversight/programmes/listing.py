"""A list of project numbers as somebody has it: pasted, as CSV in either usual encoding, or as XLSX."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

MOST = 2000
LONGEST = 200
HEADS = frozenset({"项目编号", "编号", "number", "project number", "project"})


class Unreadable(Exception):
    """The list as a whole cannot be read; the message says why, and what to do."""


@dataclass(frozen=True)
class Line:
    """`line`: where it stands, from 1, the head and empty lines included."""

    line: int
    given: str


def pasted(text: str) -> list[Line]:
    """One number a line; what stands after a tab or a comma is a column of a table that was copied along."""
    return _bounded(Line(place, _cell(row)) for place, row in enumerate(text.splitlines(), 1))


def from_file(path: Path) -> list[Line]:
    """The first column. Raises Unreadable."""
    with path.open("rb") as raw:
        start = raw.read(4)
    return _bounded(_xlsx(path) if start.startswith(b"PK") else _csv(path))


def _cell(row: str) -> str:
    return row.replace("，", ",").split("\t")[0].split(",")[0]


def _csv(path: Path) -> Iterator[Line]:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable(_("文件不是 UTF-8 或者 GB18030 编码的文本，请另存为 CSV 或者 XLSX 后再上传。"))
    if "\0" in text:
        raise Unreadable(_("文件不是文本，请另存为 CSV 或者 XLSX 后再上传。"))
    reader = csv.reader(io.StringIO(text))
    place = 1
    for row in reader:
        yield Line(place, row[0] if row else "")
        place = reader.line_num + 1


def _xlsx(path: Path) -> Iterator[Line]:
    from openpyxl import load_workbook

    try:
        # Opened here: it would go by the file's ending, and the upload has none.
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        page = book.worksheets[0]
        for place, row in enumerate(page.iter_rows(max_col=1, values_only=True), 1):
            value = row[0] if row else None
            # A number that a spreadsheet has made of digits is read as it was typed.
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            yield Line(place, "" if value is None else str(value))
            if place > MOST * 10:
                break
    except Exception as error:  # whatever a broken workbook does to its reader
        raise Unreadable(_("打不开这个 XLSX 文件，请重新保存后再上传。")) from error


def _bounded(lines: Iterator[Line]) -> list[Line]:
    """Without the head and empty lines. Raises Unreadable for a list that is empty or too long."""
    found: list[Line] = []
    for one in lines:
        given = one.given.strip().lstrip("\ufeff")
        if not given or (not found and given.lower() in HEADS):
            continue
        found.append(Line(one.line, given[:LONGEST]))
        if len(found) > MOST:
            raise Unreadable(_("清单超过%(most)d行，请分成几份。") % {"most": MOST})
    if not found:
        raise Unreadable(_("清单中没有项目编号。"))
    return found
