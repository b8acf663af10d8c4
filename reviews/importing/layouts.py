"""The layouts that are known, and what each of their columns is to a project."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from reviews.importing import values
from reviews.importing.institutions import region_of
from reviews.importing.problems import UnknownLayout
from reviews.importing.tables import Row
from reviews.models import Project

# In the export of one register, an approval on this day means that nobody entered one.
NO_APPROVAL_DAY = frozenset({date(2013, 8, 26)})
_NUMBER = re.compile(r"^[0-9A-Za-z&/._-]{5,40}$")
# What the review needs of a trial beyond the project's own fields, kept as it was in the list.
_KEPT = (
    *("study_type", "condition", "intervention", "Study_type", "recruitment_status", "cancelled", "cancel_reason"),
    *("fund", "category", "discipline", "department", "code", "keywords", "amount_wan", "register", "url"),
)


@dataclass
class Candidate:
    """What a row says of a project. `lead`: who, as the list tells people apart, and the name to show."""

    source_ref: str
    title: str
    domain: str
    region: str
    lead: tuple[str, str]
    starts_on: date | None = None
    ends_on: date | None = None
    funding: str = ""
    note: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """`needs`: the columns by which it is known. `columns`: in which of them each part of a project stands."""

    name: str
    needs: frozenset[str]
    columns: Mapping[str, str]
    read: Callable[["Layout", Row], Candidate]

    def column(self, what: str) -> str:
        return self.columns.get(what, what)

    def missing(self, header: list[str]) -> list[str]:
        return sorted(self.needs - set(header))


def layout_of(kind: str, header: list[str]) -> Layout:
    """The layout of the kind whose columns are all there. Raises UnknownLayout, with what the nearest one lacks."""
    known = LAYOUTS[kind]
    found = [layout for layout in known if not layout.missing(header)]
    if found:
        return max(found, key=lambda layout: len(layout.needs))
    nearest = min(known, key=lambda layout: len(layout.missing(header)) / len(layout.needs))
    raise UnknownLayout(
        _("表头不是已知的布局。%(kind)s 认识：%(known)s。最接近的是“%(nearest)s”，缺少列：%(missing)s")
        % {
            "kind": kind,
            "known": "；".join(f"{layout.name}（{'、'.join(sorted(layout.needs))}）" for layout in known),
            "nearest": nearest.name,
            "missing": "、".join(nearest.missing(header)),
        }
    )


def _trial(layout: Layout, row: Row) -> Candidate:
    """A trial register's row. The sponsor answers for the trial; its investigator leads it."""
    number = _number(layout, row)
    countries = values.partner_countries(row, _first(row, "countries_raw", "countries", "Countries"))
    note = _kept(row) | {"phase": values.phase(row, _first(row, "phase_raw", "phase", "Phase"))}
    note["countries"] = [code for code in countries if code != "CN"]
    if "ethics_approval_date" in row.cells:
        approved = values.day(row, "ethics_approval_date", placeholders=NO_APPROVAL_DAY)
        note["ethics_approved_on"] = approved.isoformat() if approved else ""
    registered = values.day(row, "date_registration")
    note["registered_on"] = registered.isoformat() if registered else ""
    key = row.get("pi_key")
    if "pi_key" in row.cells and not key:
        row.refuse("pi_key", _("没有负责人"))
    return Candidate(
        source_ref=f"ictrp:{number}",
        title=row.get(layout.column("title")),
        domain=Project.Field.MEDICINE,
        region=region_of(row.get("province"), row.get("city")) or _province_code(row),
        # A list without its investigators names one unknown lead for each trial: nobody gets another's project.
        lead=(key or f"{number}", f"负责人 {key or number}"),
        starts_on=values.day(row, "date_enrolment"),
        note=note,
    )


def _grant(layout: Layout, row: Row) -> Candidate:
    number, name = _number(layout, row), row.get("pi")
    if not name:
        row.refuse("pi", _("没有负责人"))
    department = f"{row.get('department')} {row.get('fund')}"
    starts_on, ends_on = _period(row)
    return Candidate(
        source_ref=f"{'nssf' if '社科' in department else 'nsfc'}:{number}",
        title=row.get("title"),
        domain=Project.Field.LIFE_SCIENCE if "生命" in department else Project.Field.SOCIAL_SCIENCE,
        region=region_of(row.get("province")),
        # Lists give names, not persons: the same name in the same unit is taken for the same person.
        lead=(f"{name}@{row.get('unit')}", name),
        starts_on=starts_on,
        ends_on=ends_on,
        funding=" ".join(part for part in (row.get("fund"), row.get("category"), number) if part)[:200],
        note=_kept(row),
    )


def _number(layout: Layout, row: Row) -> str:
    column = layout.column("source_ref")
    number = row.get(column)
    if not number:
        row.refuse(column, _("没有编号"))
    elif not _NUMBER.match(number):
        row.refuse(column, _("“%(value)s”不是编号（各列可能错位）") % {"value": number[:40]})
    return number


def _period(row: Row) -> tuple[date | None, date | None]:
    """Days, months (2018-01) or years, as the list has them: from the first day of the one to the last of the other."""
    if "approve_year" in row.cells:
        first, last = _year(row, "approve_year"), _year(row, "end_year")
        return date(first, 1, 1) if first else None, date(last, 12, 31) if last else None
    return _bound(row, "start", last=False), _bound(row, "end", last=True)


def _year(row: Row, column: str) -> int | None:
    text = row.get(column)
    if not text:
        return None
    if not re.fullmatch(r"(19|20)\d\d", text):
        row.refuse(column, _("“%(value)s”不是年份") % {"value": text[:40]})
        return None
    return int(text)


def _bound(row: Row, column: str, *, last: bool) -> date | None:
    text = row.get(column)
    if month := re.fullmatch(r"((?:19|20)\d\d)[-.](0[1-9]|1[0-2])", text):
        year, number = int(month[1]), int(month[2])
        following = date(year + number // 12, number % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1) if last else date(year, number, 1)
    return values.day(row, column)


def _first(row: Row, *columns: str) -> str:
    return next((column for column in columns if column in row.cells), columns[0])


def _province_code(row: Row) -> str:
    code = row.get("province_code")
    return f"{code}0000" if re.fullmatch(r"\d\d", code) else ""


def _kept(row: Row) -> dict[str, Any]:
    return {column: row.get(column)[:500] for column in _KEPT if row.get(column)}


def _layout(name: str, needs: str, columns: dict[str, str], read: Callable[[Layout, Row], Candidate]) -> Layout:
    return Layout(name, frozenset(needs.split()), columns, read)


_TRIAL = {"source_ref": "trial_id", "title": "public_title", "institution": "primary_sponsor"}
_TRIAL |= {"starts_on": "date_enrolment", "lead": "pi_key"}
_GRANT = {"source_ref": "project_no", "institution": "unit", "lead": "pi", "starts_on": "start", "ends_on": "end"}

LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "ictrp": (
        _layout(
            "ChiCTR",
            "trial_id public_title primary_sponsor pi_key province date_registration date_enrolment",
            _TRIAL,
            _trial,
        ),
        _layout(
            "other registers",
            "trial_id register public_title primary_sponsor date_registration date_enrolment",
            _TRIAL,
            _trial,
        ),
        _layout(
            "ICTRP with ethics dates",
            "TrialID Public_title Primary_sponsor date_registration date_enrolment ethics_approval_date",
            _TRIAL | {"source_ref": "TrialID", "title": "Public_title", "institution": "Primary_sponsor"},
            _trial,
        ),
    ),
    "grants": (
        _layout("国家社科基金", "project_no fund discipline title start pi unit province", _GRANT, _grant),
        _layout("NSFC 管理科学部", "project_no fund department title unit pi start end province", _GRANT, _grant),
        _layout(
            "NSFC 生命科学部",
            "project_no fund department code title unit pi approve_year end_year province",
            _GRANT | {"starts_on": "approve_year", "ends_on": "end_year"},
            _grant,
        ),
    ),
}
