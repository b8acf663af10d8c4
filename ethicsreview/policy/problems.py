"""What is wrong with a pack, and where: file, line, item, and the reason in words for the person who wrote it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

UNREADABLE, SHAPE, AGREEMENT = "unreadable", "shape", "agreement"


@dataclass(frozen=True)
class Problem:
    """`place` names the item as its writer counts, e.g. "value[3] meeting.quorum: sure"; `line` 0 is the whole file."""

    file: str
    line: int
    place: str
    reason: str
    kind: str = SHAPE

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.place}: {self.reason}" if self.place else f"{where}: {self.reason}"


class PackError(Exception):
    """The packs cannot be used; names every problem found in any of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


_REASONS: dict[str, str | Promise] = {
    "missing": gettext_lazy("缺少此项"),
    "extra_forbidden": gettext_lazy("没有这一项"),
    "string_type": gettext_lazy("应为文字"),
    "string_too_short": gettext_lazy("不得为空"),
    "string_pattern_mismatch": gettext_lazy("写法不对，应符合 %(pattern)s"),
    "literal_error": gettext_lazy("不在可选范围：%(expected)s"),
    "date_type": gettext_lazy("应为日期，如 2023-12-01"),
    "tuple_type": gettext_lazy("应为清单"),
    "int_type": gettext_lazy("应为整数"),
    "bool_type": gettext_lazy("应为 true 或 false"),
    "greater_than_equal": gettext_lazy("应不小于 %(ge)s"),
    "model_type": gettext_lazy("应为一组项目"),
}


def shape_problems(data: Any, schema: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The field and the reason of every way in which `data` does not have the shape."""
    try:
        schema.model_validate(data)
    except ValidationError as error:
        for item in error.errors():
            reason = str(_REASONS[item["type"]]) if item["type"] in _REASONS else _("值不合要求：%(message)s")
            context = item.get("ctx", {}) | {"message": item["msg"]}
            yield ".".join(str(part) for part in item["loc"]), reason % context


class Lines:
    """Finds the line of an item again: the parser of the standard library keeps none."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()

    def row(self, table: str, index: int) -> int:
        """The line of the item `index` of a table, written as [[table]] blocks or as rows of table = [...]."""
        starts = list(self._starts(table))
        return starts[index] if index < len(starts) else 0

    def table(self, table: str) -> int:
        pattern = re.compile(rf"\s*(\[+{re.escape(table)}\]+|{re.escape(table)}\s*=)")
        return next((number for number, line in enumerate(self.lines, 1) if pattern.match(line)), 0)

    def _starts(self, table: str) -> Iterator[int]:
        within = False
        for number, line in enumerate(self.lines, 1):
            text = line.strip()
            if text == f"[[{table}]]" or (within and text.startswith("{")):
                yield number
            elif re.match(rf"{re.escape(table)}\s*=\s*\[", text):
                within = True
            elif text == "]":
                within = False
