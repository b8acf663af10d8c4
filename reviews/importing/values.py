"""Reading single values as registers write them (dates, phases, countries), and knowing damage when it is seen."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from ethicsreview.policy.catalogues import questionnaire
from reviews.importing.tables import Row

DATE_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y%m%d", "%d/%m/%Y", "%B %d, %Y", "%Y/%m/%d", "%Y.%m.%d")
# What systems put where they know no date.
PLACEHOLDERS = {date(1900, 1, 1), date(1899, 12, 30), date(1970, 1, 1), date(2099, 12, 31), date(9999, 12, 31)}
NO_NAME = {"", "-", "—", "/", "nil", "none", "n/a", "na", "cancelled", "无", "不详"}

_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# "2-3" became the second of March: a phase is never a date.
_DAMAGED_PHASE = re.compile(
    rf"^({_MONTH}[-/ ]\d+|\d+[-/ ]{_MONTH}|\d{{4}}[-/]\d+[-/]\d+.*|\d+[-/月]\d+[-/日]\d*)$", re.I
)


def day(row: Row, column: str, *, placeholders: frozenset[date] = frozenset()) -> date | None:
    """The date in a cell; None where it is empty, or holds a placeholder, which is said."""
    text = row.get(column)
    if not text:
        return None
    found = _parsed(text)
    if found is None:
        row.refuse(column, _("“%(value)s”不是日期") % {"value": text[:40]})
    elif found in PLACEHOLDERS | placeholders:
        row.doubt(column, _("“%(value)s”是占位日期，不是真实日期") % {"value": text})
        return None
    elif not 1980 <= found.year <= 2080:
        row.doubt(column, _("“%(value)s”不在合理的年份内") % {"value": text})
        return None
    return found


def _parsed(text: str) -> date | None:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, which has no zone
        except ValueError:
            continue
    return None


def phase(row: Row, column: str) -> str:
    """The phase of a trial; empty where a spreadsheet has made a date of it, which is said."""
    text = row.get(column)
    if _DAMAGED_PHASE.match(text):
        row.doubt(column, _("“%(value)s”是被电子表格改成日期的分期（原可能是“2-3”一类）") % {"value": text})
        return ""
    return text


def partner_countries(row: Row, column: str) -> list[str]:
    """ISO codes of the countries named; each name that is none is said, with the likeliest one meant."""
    codes = []
    for name in re.split(r"[;；]", row.get(column)):
        if not name.strip():
            continue
        code = _countries().get(_folded(name))
        if code is None:
            likely = get_close_matches(_folded(name), _countries(), n=1, cutoff=0.6)
            hint = _("，是否为“%(name)s”？") % {"name": likely[0].title()} if likely else ""
            row.doubt(column, _("没有名为“%(name)s”的国家或地区") % {"name": name.strip()[:60]} + hint)
        elif code not in codes:
            codes.append(code)
    return codes


@cache
def _countries() -> dict[str, str]:
    """Every known way to write a country, folded: the catalogue's, then the registers' own."""
    return dict(_spellings())


def _spellings() -> Iterator[tuple[str, str]]:
    for country in questionnaire(timezone.now()).question("countries").options:
        yield _folded(country.en), country.key
        yield _folded(country.zh), country.key
    with (Path(__file__).parent / "countries.toml").open("rb") as file:
        for name, code in tomllib.load(file).items():
            yield _folded(name), code


def _folded(name: str) -> str:
    return name.strip().casefold().replace("&", "and").replace("saint ", "st. ").replace("’", "'")
