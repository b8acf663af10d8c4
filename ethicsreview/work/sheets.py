"""Tables as files that people open in a spreadsheet: CSV and XLSX, a row at a time.

A text that a spreadsheet would take for a formula gets an apostrophe before it (CWE-1236): what somebody typed into a
title must not run on the machine of whoever opens the list.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from django.utils import timezone

Format = Literal["csv", "xlsx"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
# Also after blanks and line ends, which some programs pass over.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no XML has them
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
LONGEST_CELL = 32_767  # characters, in XLSX


class Sheet(Protocol):
    def add(self, row: Sequence[Any]) -> None: ...


def plain(value: Any) -> Any:
    """The value as it may stand in a cell. Moments are told in the service's own time zone, without it."""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, int | float | date):
        return value
    text = _CONTROLS.sub("", str(value))
    if text.lstrip(" \n").startswith(_FORMULA) or text.startswith(("\t", "\r")):
        text = "'" + text
    return text[:LONGEST_CELL]


@contextmanager
def sheet(path: Path, form: str, header: Sequence[str], title: str = "") -> Iterator[Sheet]:
    if form == "xlsx":
        # Where no workbook is written, none of this is loaded.
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        def bold(value: Any) -> Any:
            cell = WriteOnlyCell(page, value)
            cell.font = Font(bold=True)
            return cell

        book = Workbook(write_only=True)
        page = book.create_sheet("".join(c for c in title if c not in r"[]:*?/\'")[:31] or "Sheet")
        page.freeze_panes = "A2"
        page.append([bold(plain(name)) for name in header])
        yield _Xlsx(page)
        book.save(path)
        return
    # With the mark by which spreadsheets know UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        written = _Csv(csv.writer(file))
        written.add(header)
        yield written


class _Csv:
    def __init__(self, writer: Any) -> None:
        self.writer = writer

    def add(self, row: Iterable[Any]) -> None:
        self.writer.writerow(["" if cell is None else plain(cell) for cell in row])


class _Xlsx:
    def __init__(self, page: Any) -> None:
        self.page = page

    def add(self, row: Iterable[Any]) -> None:
        self.page.append([plain(cell) for cell in row])
