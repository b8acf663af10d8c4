"""What an application asks for, as a machine needs it to fill it in."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said
from reviews.api.assessments import OptionShape
from reviews.api.shapes import Citation
from reviews.models import Review, Submission
from reviews.models.amending.amendment import PAPER
from reviews.models.amending.scope import parts_open
from reviews.rules.checklist import AskedField, AskedSection, MaterialNeed, asked_sections, required_materials


class ColumnShape(BaseModel):
    key: str
    text: str
    kind: str
    required: bool


class FieldShape(BaseModel):
    """`kind`: text, longtext, number, date, choice, multichoice (a list of options), bool, people (a list of rows,
    each with its `columns`).
    """

    key: str
    text: str
    help: str
    kind: str
    required: bool
    max_length: int | None
    options: list[OptionShape]
    columns: list[ColumnShape]
    citation: Citation | None

    @classmethod
    def of(cls, asked: AskedField) -> Self:
        field = asked.field
        return cls(
            key=field.key,
            text=said(field),
            help=said(field.help) if field.help else "",
            kind=field.kind,
            required=asked.required,
            max_length=field.max_length,
            options=[OptionShape(key=option.key, text=said(option)) for option in field.options],
            columns=[
                ColumnShape(key=one.key, text=said(one), kind=one.kind, required=one.required) for one in field.columns
            ],
            citation=Citation.of(field.cite),
        )


class SectionShape(BaseModel):
    key: str
    text: str
    open: bool
    fields: list[FieldShape]

    @classmethod
    def of(cls, asked: AskedSection, parts: frozenset[str] | None) -> Self:
        return cls(
            key=asked.key,
            text=said(asked.section),
            open=parts is None or asked.key in parts,
            fields=[FieldShape.of(one) for one in asked.fields],
        )


class MaterialShape(BaseModel):
    kind: str
    text: str
    required: bool
    open: bool
    citation: Citation | None

    @classmethod
    def of(cls, need: MaterialNeed, parts: frozenset[str] | None) -> Self:
        return cls(
            kind=need.key,
            text=said(need.rule),
            required=need.required,
            open=parts is None or PAPER + need.key in parts,
            citation=Citation.of(need.rule.cite),
        )


class ApplicationShape(BaseModel):
    """Of the version that is being written, else of the last. `open` is false for what an amendment has not chosen to
    change. What is filled in may bring up further fields.
    """

    version: int
    sections: list[SectionShape]
    materials: list[MaterialShape]

    @classmethod
    def of(cls, version: Submission, review: Review, at: datetime) -> Self:
        parts, concluded = parts_open(review), review.assessment.conclusions
        return cls(
            version=version.number,
            sections=[SectionShape.of(one, parts) for one in asked_sections(version.form, concluded, version.content)],
            materials=[MaterialShape.of(one, parts) for one in required_materials(concluded, materials(at))],
        )
