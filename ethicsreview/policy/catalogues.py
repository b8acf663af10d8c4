"""The catalogues in force on a day: questionnaire, application form, materials, criteria, list, letter.

Read from `packs/catalogues/*.toml` and checked together (a condition may name only facts that exist),
all problems at once. Each item has a first day (`since`, else the file's) and may have a day from which
it no longer holds (`until`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ethicsreview.policy import catalogue_models as m
from ethicsreview.policy.catalogue_checks import cross_check
from ethicsreview.policy.catalogue_files import (
    CatalogueError,
    CatalogueFile,
    Catalogues,
    Problem,
    QuestionsFile,
    read,
)
from ethicsreview.policy.days import law_day

FOLDER = Path(__file__).parent / "packs" / "catalogues"
C = TypeVar("C", bound=m.Cited)


class NotInForceError(LookupError):
    """No catalogue is in force on that day."""


@dataclass(frozen=True)
class Questionnaire:
    version: date
    groups: tuple[m.Group, ...]
    questions: tuple[m.Question, ...]
    topics: tuple[m.Topic, ...]
    conclusions: tuple[m.ConclusionRule, ...]
    contradictions: tuple[m.Contradiction, ...]
    determination: m.Cited
    procedures: tuple[m.Procedure, ...]
    outside_facts: tuple[m.OutsideFact, ...]
    unavailable: m.Text

    def question(self, key: str) -> m.Question:
        return next(question for question in self.questions if question.key == key)

    def topic(self, key: str) -> m.Topic:
        return next(topic for topic in self.topics if topic.key == key)


@dataclass(frozen=True)
class ApplicationForm:
    version: date
    sections: tuple[m.FormSection, ...]
    messages: dict[str, m.Text]

    @property
    def fields(self) -> dict[str, m.FormField]:
        return {field.key: field for section in self.sections for field in section.fields}


def load(folder: Path = FOLDER) -> Catalogues:
    """Read and check all files. Raises CatalogueError with every problem, whichever file it is in."""
    problems: list[Problem] = []
    books: dict[str, Any] = {}
    for name, schema in Catalogues.__annotations__.items():
        try:
            books[name] = read(folder / f"{name}.toml", schema)
        except CatalogueError as error:
            problems.extend(error.problems)
    if problems:
        raise CatalogueError(problems)
    catalogues = Catalogues(**books)
    if problems := list(cross_check(catalogues)):
        raise CatalogueError(problems)
    return replace(catalogues, questions=_with_options(catalogues))


def _with_options(catalogues: Catalogues) -> QuestionsFile:
    """Fill in the options that come from other catalogues."""
    sources = {
        "listed_items": tuple(m.Option(key=item.key, zh=item.zh, en=item.en) for item in catalogues.listed_items.items),
        "countries": catalogues.countries.countries,
    }
    questions = tuple(
        question.model_copy(update={"options": sources[question.options_from]}) if question.options_from else question
        for question in catalogues.questions.questions
    )
    return catalogues.questions.model_copy(update={"questions": questions})


@cache
def _catalogues() -> Catalogues:
    return load()


@cache
def _turns(names: tuple[str, ...]) -> tuple[date, ...]:
    """The days on which something in these files begins or ceases to hold, once all of them are in force."""
    files: list[CatalogueFile] = [getattr(_catalogues(), name) for name in names]
    first = max(file.since for file in files)
    tables = (getattr(file, name) for file in files for name in type(file).model_fields)
    days = {day for table in tables if isinstance(table, tuple) for day in _turns_of(table)}
    return tuple(sorted({first} | {day for day in days if day > first}))


def _turns_of(items: Iterable[Any]) -> Iterator[date]:
    for item in items:
        if isinstance(item, m.Cited):
            yield from (day for day in (item.since, item.until) if day)
        for inner in ("fields", "points", "bars"):
            yield from _turns_of(getattr(item, inner, ()))


def _version(at: date | datetime, *names: str) -> date:
    """The last day on or before `at` on which these catalogues changed: what answers are pinned to."""
    day = law_day(at)
    passed = [turn for turn in _turns(names) if turn <= day]
    if not passed:
        raise NotInForceError(f"{', '.join(names)}: nothing in force on {day}")
    return passed[-1]


def _in_force(items: Iterable[C], day: date, inner: str = "") -> tuple[C, ...]:
    """With `inner`, also what is in force among the parts of each item."""
    kept = tuple(item for item in items if item.in_force(day))
    if not inner:
        return kept
    return tuple(item.model_copy(update={inner: _in_force(getattr(item, inner), day)}) for item in kept)


def questionnaire(at: date | datetime) -> Questionnaire:
    """The risk self-assessment: questions, the conclusions they lead to, and what bars each procedure."""
    return _questionnaire(_version(at, "questions", "conclusions", "procedures", "listed_items"))


@cache
def _questionnaire(day: date) -> Questionnaire:
    books = _catalogues()
    listed = {item.key for item in _in_force(books.listed_items.items, day)}
    questions = tuple(
        question.model_copy(update={"options": tuple(o for o in question.options if o.key in listed)})
        if question.options_from == "listed_items"
        else question
        for question in _in_force(books.questions.questions, day)
    )
    return Questionnaire(
        version=day,
        groups=books.questions.groups,
        questions=questions,
        topics=books.conclusions.topics,
        conclusions=_in_force(books.conclusions.conclusions, day),
        contradictions=_in_force(books.conclusions.contradictions, day),
        determination=books.conclusions.determination,
        procedures=_in_force(books.procedures.procedures, day, "bars"),
        outside_facts=books.procedures.facts,
        unavailable=books.procedures.unavailable,
    )


def application_form(at: date | datetime) -> ApplicationForm:
    return _application_form(_version(at, "application"))


@cache
def _application_form(day: date) -> ApplicationForm:
    file = _catalogues().application
    return ApplicationForm(day, _in_force(file.sections, day, "fields"), file.messages)


def materials(at: date | datetime) -> tuple[m.MaterialRule, ...]:
    return _items("materials", "materials", _version(at, "materials"))


def criteria(at: date | datetime) -> tuple[m.Criterion, ...]:
    """The heads of review of Measures 15, each with its questions."""
    return _items("criteria", "criteria", _version(at, "criteria"), "points")


def criterion_answers() -> tuple[m.Option, ...]:
    """What a member may answer by criterion."""
    return _catalogues().criteria.answers


def countries() -> dict[str, m.Option]:
    """By ISO 3166-1 alpha-2, in the catalogue's order."""
    return {country.key: country for country in _catalogues().countries.countries}


def listed_items(at: date | datetime) -> tuple[m.ListedItem, ...]:
    """The activities that need expert re-check (Measures 25), in the list's order."""
    return _items("listed_items", "items", _version(at, "listed_items"))


def inspection_themes() -> tuple[m.Option, ...]:
    return _catalogues().inspection.themes


def inspection_grounds(at: date | datetime, region: str) -> tuple[m.InspectionGround, ...]:
    """On what a department may inspect there, what is the place's own first."""
    found: tuple[m.InspectionGround, ...] = _items("inspection", "grounds", _version(at, "inspection"))
    return tuple(one for one in found if region.startswith(one.region))


def inspection_items(at: date | datetime, region: str, of: str) -> tuple[m.InspectionItem, ...]:
    """What is looked at of an "institution" or a "committee" there."""
    found: tuple[m.InspectionItem, ...] = _items("inspection", "items", _version(at, "inspection"))
    return tuple(one for one in found if of in one.of and region.startswith(one.region))


def commitment(at: date | datetime, key: str = "ethics_and_integrity") -> m.Commitment:
    """The letter to be signed on that day: the newest in force. Without a key, that of an application."""
    letters = [one for one in _items("commitments", "commitments", _version(at, "commitments")) if one.key == key]
    return max(letters, key=lambda letter: letter.since)


@cache
def _items(book: str, table: str, day: date, inner: str = "") -> tuple[Any, ...]:
    return _in_force(getattr(getattr(_catalogues(), book), table), day, inner)
