"""What is looked at, as the catalogue had it when the inspection was planned, in the reader's language."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language

from ethicsreview.policy import catalogues

INSTITUTION, COMMITTEE = "institution", "committee"


@dataclass(frozen=True)
class Item:
    key: str
    theme: str
    text: str
    cite: str


def themes() -> list[tuple[str, str]]:
    return [(one.key, one.text(_lang())) for one in catalogues.inspection_themes()]


def grounds(at: date | datetime, region: str) -> list[tuple[str, str, str]]:
    """Key, words and article."""
    return [(one.key, one.text(_lang()), one.cite) for one in catalogues.inspection_grounds(at, region)]


def items(at: date | datetime, region: str, of: str, themes: list[str]) -> list[Item]:
    found = catalogues.inspection_items(at, region, of)
    return [Item(one.key, one.theme, one.text(_lang()), one.cite) for one in found if one.theme in themes]


def _lang() -> str:
    return get_language() or "zh"
