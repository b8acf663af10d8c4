"""Is the application complete: its form, its documents, and later each member's opinion by criterion."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ethicsreview.policy.catalogue_models import Criterion, FormField, FormSection, MaterialRule
from ethicsreview.policy.catalogues import ApplicationForm
from reviews.rules.conclusions import Conclusions
from reviews.rules.conditions import Facts, evaluate


@dataclass(frozen=True)
class MaterialNeed:
    rule: MaterialRule
    required: bool

    @property
    def key(self) -> str:
        return self.rule.key


@dataclass(frozen=True)
class AskedField:
    field: FormField
    required: bool

    @property
    def key(self) -> str:
        return self.field.key


@dataclass(frozen=True)
class AskedSection:
    section: FormSection
    fields: tuple[AskedField, ...]

    @property
    def key(self) -> str:
        return self.section.key


# Documents


def required_materials(conclusions: Conclusions, materials: Sequence[MaterialRule]) -> tuple[MaterialNeed, ...]:
    """The documents that apply, in the catalogue's order; optional ones too, marked so."""
    facts = conclusions.facts
    return tuple(MaterialNeed(rule, rule.required) for rule in materials if evaluate(rule.when, facts))


def missing(
    conclusions: Conclusions, materials: Sequence[MaterialRule], present: Collection[str]
) -> tuple[MaterialRule, ...]:
    """All required documents that are not there. `present`: the keys of those that are."""
    needs = required_materials(conclusions, materials)
    return tuple(need.rule for need in needs if need.required and need.key not in present)


# The form


def asked_sections(
    form: ApplicationForm, conclusions: Conclusions, content: Mapping[str, Any]
) -> tuple[AskedSection, ...]:
    """The sections and fields to show, given the assessment and what is filled in so far."""
    facts = conclusions.facts | dict(content)
    return tuple(
        AskedSection(section, tuple(_asked_fields(section, facts)))
        for section in form.sections
        if evaluate(section.when, facts)
    )


def _asked_fields(section: FormSection, facts: Facts) -> Iterable[AskedField]:
    for field in section.fields:
        if evaluate(field.when, facts):
            conditional = field.required_when is not None and evaluate(field.required_when, facts)
            yield AskedField(field, required=field.required or conditional)


def form_errors(form: ApplicationForm, content: Mapping[str, Any], conclusions: Conclusions) -> dict[str, list[str]]:
    """Everything that is missing or wrong: field → keys of `form.messages`. Empty when complete.

    Content of fields that are no longer asked is left out of account: answers may have changed since.
    """
    errors: dict[str, list[str]] = {key: ["unknown_field"] for key in content if key not in form.fields}
    for section in asked_sections(form, conclusions, content):
        for asked in section.fields:
            found = _field_errors(asked, content.get(asked.key))
            if found:
                errors[asked.key] = found
    return errors


def _field_errors(asked: AskedField, value: Any) -> list[str]:
    if _blank(value):
        return ["required"] if asked.required else []
    field = asked.field
    if field.kind in {"text", "longtext"}:
        return _text_errors(value, field.max_length)
    if field.kind == "multichoice":
        return _several_errors(value, {option.key for option in field.options})
    if field.kind == "people":
        return _rows_errors(field, value)
    valid = {
        "number": ("not_number", _is_count(value)),
        "date": ("not_date", _is_date(value)),
        "bool": ("not_bool", isinstance(value, bool)),
        "choice": ("not_option", value in [option.key for option in field.options]),
    }
    message, fits = valid[field.kind]
    return [] if fits else [message]


def _text_errors(value: Any, max_length: int | None) -> list[str]:
    if not isinstance(value, str):
        return ["not_text"]
    return ["too_long"] if max_length is not None and len(value) > max_length else []


def _several_errors(value: Any, options: set[str]) -> list[str]:
    if not isinstance(value, list | tuple):
        return ["not_list"]
    errors = []
    if any(one not in options for one in map(str, value)):
        errors.append("not_option")
    if len(set(map(str, value))) != len(value):
        errors.append("repeated")
    return errors


def _rows_errors(field: FormField, value: Any) -> list[str]:
    if not isinstance(value, list | tuple):
        return ["not_list"]
    return [] if all(_row_fits(field, row) for row in value) else ["bad_row"]


def _row_fits(field: FormField, row: Any) -> bool:
    columns = {column.key: column for column in field.columns}
    if not isinstance(row, Mapping) or not row.keys() <= columns.keys():
        return False
    for key, column in columns.items():
        cell = row.get(key)
        if _blank(cell):
            if column.required:
                return False
        elif not (_is_date(cell) if column.kind == "date" else isinstance(cell, str) and len(cell) <= 500):
            return False
    return True


def _blank(value: Any) -> bool:
    return value is None or value in ([], ()) or (isinstance(value, str) and not value.strip())


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_date(value: Any) -> bool:
    if isinstance(value, date):
        return True
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def labels(form: ApplicationForm, lang: str) -> dict[str, str]:
    """Field → its label, for comparing two versions of an application."""
    return {key: field.text(lang) for key, field in form.fields.items()}


# Criteria


def applicable_criteria(conclusions: Conclusions, criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """The criteria a member must answer, each with the points that apply to this activity."""
    facts = conclusions.facts
    return tuple(
        criterion.model_copy(
            update={"points": tuple(point for point in criterion.points if evaluate(point.when, facts))}
        )
        for criterion in criteria
        if evaluate(criterion.when, facts)
    )


def unanswered_criteria(
    conclusions: Conclusions, criteria: Sequence[Criterion], answered: Collection[str]
) -> tuple[Criterion, ...]:
    applicable = applicable_criteria(conclusions, criteria)
    return tuple(criterion for criterion in applicable if criterion.key not in answered)
