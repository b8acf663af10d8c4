"""The application as a task list: its sections and documents, and what each still lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from ethicsreview.policy.catalogue_models import FormField
from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said
from reviews.models import Material, Review, Submission
from reviews.models.amending.amendment import PAPER
from reviews.models.amending.scope import parts_open
from reviews.models.collaborations.confirming import LOCAL_SECTION, carried_versions
from reviews.portal.keeping import BLANK
from reviews.portal.sections import value_text
from reviews.rules.checklist import AskedSection, MaterialNeed, asked_sections, form_errors, required_materials

Status = Literal["not_started", "started", "done"]


@dataclass(frozen=True)
class Line:
    """One field in words, for reading."""

    key: str
    label: str
    text: str
    cite: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One section of the form: as a task while it is written, as lines to read."""

    asked: AskedSection
    status: Status
    lines: tuple[Line, ...]
    # Of an amendment: not among the parts that were chosen, so that it stays as it is in force.
    shut: bool = False

    @property
    def key(self) -> str:
        return self.asked.key

    @property
    def title(self) -> str:
        return said(self.asked.section)

    @property
    def cite(self) -> str:
        return self.asked.section.cite


@dataclass(frozen=True)
class Paper:
    """One kind of document: why it is asked for, and what has been handed in."""

    need: MaterialNeed
    handed_in: tuple[Material, ...]
    shut: bool = False

    @property
    def key(self) -> str:
        return self.need.key

    @property
    def title(self) -> str:
        return said(self.need.rule)

    @property
    def help(self) -> str:
        return said(self.need.rule.help) if self.need.rule.help else ""

    @property
    def missing(self) -> bool:
        return self.need.required and not self.handed_in


class Application:
    """One version of a review's application, with all that the rules say of it."""

    def __init__(self, review: Review, version: Submission, at: datetime) -> None:
        self.review, self.version = review, version
        self.conclusions = review.assessment.conclusions
        self.form = version.form
        self.parts = parts_open(review)
        # Of an amendment: that its parts are chosen, and that they are explained, are tasks too.
        self.told: tuple[bool, ...] = ()
        self.rules = materials(version.sealed_at or at)

    @cached_property
    def errors(self) -> dict[str, list[str]]:
        """Field → what is wrong, in words."""
        found = form_errors(self.form, self.version.content, self.conclusions)
        return {key: [said(self.form.messages[code]) for code in codes] for key, codes in found.items()}

    @cached_property
    def asked(self) -> dict[str, AskedSection]:
        return {section.key: section for section in asked_sections(self.form, self.conclusions, self.version.content)}

    @cached_property
    def sections(self) -> list[Section]:
        """Of a confirmation that is being written, what is local, and whatever else is still wanting: the rest is the
        lead unit's, and stays as it was decided on."""
        found = [self._section(section) for section in self.asked.values()]
        if not self.confirms or self.version.sealed_at is not None:
            return found
        return [one for one in found if one.key == LOCAL_SECTION or any(line.problems for line in one.lines)]

    @property
    def confirms(self) -> bool:
        return self.review.confirms_id is not None

    @cached_property
    def carried(self) -> frozenset[int]:
        """The documents, by version, that are the lead unit's: not to be replaced or taken back."""
        return carried_versions(self.review)

    @cached_property
    def papers(self) -> list[Paper]:
        """What the rules ask for, and what was handed in although they no longer do."""
        handed: dict[str, list[Material]] = {}
        for material in self.version.documents().select_related("version__findings"):
            handed.setdefault(material.kind, []).append(material)
        needs = required_materials(self.conclusions, self.rules)
        wanted = {need.key for need in needs}
        left_over = [MaterialNeed(rule, required=False) for rule in self.rules if rule.key in handed.keys() - wanted]
        return [
            Paper(need, tuple(handed.get(need.key, ())), self.is_shut(PAPER + need.key))
            for need in [*needs, *left_over]
        ]

    def is_shut(self, part: str) -> bool:
        return self.parts is not None and part not in self.parts

    @property
    def papers_shut(self) -> bool:
        """Whether no document at all may be changed."""
        return self.parts is not None and not any(part.startswith(PAPER) for part in self.parts)

    @property
    def papers_status(self) -> Status:
        if not any(paper.handed_in for paper in self.papers):
            return "not_started"
        return "started" if any(paper.missing for paper in self.papers) else "done"

    @property
    def tasks_done(self) -> int:
        done = sum(section.status == "done" and not section.shut for section in self.sections)
        return done + (self.papers_status == "done" and not self.papers_shut) + sum(self.told)

    @property
    def tasks_total(self) -> int:
        return sum(not section.shut for section in self.sections) + (not self.papers_shut) + len(self.told)

    @property
    def complete(self) -> bool:
        return self.tasks_done == self.tasks_total and not self.errors

    def saved_in(self, key: str) -> dict[str, Any]:
        """What is saved in every field of a section, those not asked now too."""
        section = next(section for section in self.form.sections if section.key == key)
        return {field.key: self.version.content.get(field.key) for field in section.fields}

    def _section(self, section: AskedSection) -> Section:
        lines = tuple(self._line(asked.field) for asked in section.fields)
        if not any(self.version.content.get(asked.key) not in BLANK for asked in section.fields):
            status: Status = "not_started"
        else:
            status = "started" if any(line.problems for line in lines) else "done"
        return Section(section, status, lines, self.is_shut(section.key))

    def _line(self, field: FormField) -> Line:
        text = value_text(field, self.version.content.get(field.key))
        return Line(field.key, said(field), text, field.cite, tuple(self.errors.get(field.key, ())))


def typing_errors(application: Application, content: Mapping[str, Any], keys: frozenset[str]) -> dict[str, list[str]]:
    """What is wrong with what was typed into these fields; that something is still empty is not said here."""
    found = form_errors(application.form, content, application.conclusions)
    messages = application.form.messages
    return {
        key: [said(messages[code]) for code in codes if code != "required"]
        for key, codes in found.items()
        if key in keys and codes != ["required"]
    }
