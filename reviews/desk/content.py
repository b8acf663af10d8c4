"""An application as a committee reads it: its sections and fields in words, its documents by what they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ethicsreview.documents.models import DocumentVersion, Scan
from ethicsreview.policy.catalogue_models import Column, FormField
from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said
from reviews.models import Review, Submission
from reviews.models.following.contents import lines
from reviews.models.reviewing.followed import REPORT
from reviews.rules.checklist import asked_sections
from reviews.rules.conclusions import Conclusions


@dataclass(frozen=True)
class Line:
    """One field. `rows` hold what is entered as a table, under `heads`."""

    label: str
    text: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Paper:
    """A document under its name in the list of materials."""

    title: str
    name: str
    document: str
    number: int
    size: int
    infected: bool


def sections(version: Submission, conclusions: Conclusions) -> list[Section]:
    return [
        Section(
            asked.key,
            said(asked.section),
            tuple(_line(one.field, version.content.get(one.key)) for one in asked.fields),
        )
        for asked in asked_sections(version.form, conclusions, version.content)
    ]


def reported(review: Review) -> list[Section]:
    """What a follow-up review looks at: the report, as it was sealed with the version."""
    filed, version = review.filed, review.submission
    if filed is None or version is None or version.sealed_at is None:
        return []
    asked = filed.asked(filed.policy_at(version.sealed_at))
    told = lines(asked, version.content.get("answers", {}))
    return [Section("report", str(filed), tuple(Line(line.label, line.text) for line in told))]


def papers(version: Submission) -> list[Paper]:
    """The documents, each under its name in the list of materials of the day on which they were handed in."""
    assert version.sealed_at is not None
    titles = {rule.key: said(rule) for rule in materials(version.sealed_at)} | {REPORT: _("报告附件")}
    return [_paper(titles.get(one.kind, one.kind), one.version) for one in version.handed_in]


def _paper(title: str, version: DocumentVersion) -> Paper:
    return Paper(title, version.name, version.document.ref, version.number, version.size, version.scan == Scan.INFECTED)


def shown(field: FormField | None, value: Any) -> str:
    """A value in words; a table's rows one after the other."""
    if field is not None and field.kind == "people":
        return _("；").join(_("，").join(cell for cell in row if cell) for row in _rows(field, value))
    return _text(field, value)


def _line(field: FormField, value: Any) -> Line:
    if field.kind == "people":
        return Line(said(field), heads=tuple(said(column) for column in field.columns), rows=tuple(_rows(field, value)))
    return Line(said(field), _text(field, value))


def _rows(field: FormField, value: Any) -> Iterator[tuple[str, ...]]:
    for row in value if isinstance(value, list) else []:
        if isinstance(row, dict):
            yield tuple(_cell(column, str(row.get(column.key) or "")) for column in field.columns)


def _cell(column: Column, value: str) -> str:
    return _day(value) if column.kind == "date" else value


def _day(value: str) -> str:
    """A day as people write it; whatever else was typed stays as it is."""
    try:
        day = parse_date(value)
    except ValueError:
        return value
    return date_format(day, "DATE_FORMAT") if day else value


def _text(field: FormField | None, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    options = {option.key: said(option) for option in field.options} if field else {}
    if isinstance(value, list):
        return _("、").join(options.get(str(one), str(one)) for one in value)
    if field is not None and field.kind == "date":
        return _day(str(value))
    return options.get(str(value), str(value))
