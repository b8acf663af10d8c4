"""Words of a page that is read in both languages at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import override

from ethicsreview.policy import cite


def both(label: Any) -> str:
    """The Chinese, and the English after it where there is one of its own."""
    chinese, english = _in_each(lambda: str(label))
    return chinese if english == chinese else f"{chinese} {english}"


def cited(reference: str) -> str:
    if not reference:
        return ""
    chinese, english = _in_each(lambda: cite(reference, short=True))
    return f"{chinese}<br>{english}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(_in_cell(cell) for cell in line)} |" for line in lines]


def _in_each(say: Callable[[], str]) -> tuple[str, str]:
    said = []
    for language in ("zh-hans", "en"):
        with override(language):
            said.append(say())
    return said[0], said[1]


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
