"""Reading a CSV file of any quality: each row with the line it begins on, and what is wrong with it as a row."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from reviews.importing.problems import Problem, UnknownLayout

LONGEST = 100_000  # characters in one cell
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "XLSX"}


@dataclass
class Row:
    line: int
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def get(self, column: str) -> str:
        """The cell without the blanks around it; empty where there is no such column."""
        return " ".join(self.cells.get(column, "").split())

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self.line, column, reason))

    def doubt(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self.line, column, reason, refuses=False))

    @property
    def refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)


class Table:
    """The header, then the rows, read as they are asked for: a file may be larger than memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as raw:
                start = raw.read(4)
        except OSError as error:
            raise UnknownLayout(_("打不开文件：%(error)s") % {"error": error}) from error
        for mark, kind in _BYTE_ORDER_MARKS.items():
            if start.startswith(mark):
                raise UnknownLayout(_("文件是%(kind)s，不是 UTF-8 编码的 CSV，请另存后再导入。") % {"kind": kind})
        with self._open() as file:
            self.header = [name.strip() for name in next(csv.reader(file), [])]

    def rows(self) -> Iterator[Row]:
        csv.field_size_limit(2**31 - 1)
        with self._open() as file:
            reader = csv.reader(file)
            next(reader, None)
            line = reader.line_num + 1
            for cells in reader:
                if any(cells):
                    yield self._row(line, cells)
                line = reader.line_num + 1

    def _open(self) -> TextIO:
        # Bytes that are no UTF-8 stay recognisable, so that only their own row is refused.
        return self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")

    def _row(self, line: int, cells: list[str]) -> Row:
        row = Row(line, dict(zip(self.header, cells, strict=False)))
        if len(cells) != len(self.header):
            row.refuse("—", _("有%(found)d列，表头有%(expected)d列") % _counts(cells, self.header))
        for column, value in row.cells.items():
            if len(value) > LONGEST:
                row.refuse(column, _("长达%(length)d字，不是正常的内容") % {"length": len(value)})
            elif any("\udc80" <= character <= "\udcff" for character in value):
                row.refuse(column, _("不是 UTF-8 编码（可能是 GB18030），请转换编码后再导入"))
            elif "\0" in value:
                row.refuse(column, _("含有空字符（U+0000）"))
        return row


def _counts(cells: list[str], header: list[str]) -> dict[str, int]:
    return {"found": len(cells), "expected": len(header)}
