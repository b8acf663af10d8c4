"""The files the catalogues are written in: their tables, and reading one with every problem in it named."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from ethicsreview.policy import catalogue_models as m

UNDATED = {"answer", "country", "fact", "group", "theme", "topic"}


@dataclass(frozen=True)
class Problem:
    file: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.reason}"


class CatalogueError(Exception):
    """The catalogues cannot be used; names every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CatalogueFile(m.Strict):
    since: date

    @model_validator(mode="before")
    @classmethod
    def _hand_down_since(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name in cls.model_fields:
                data = _with_since(data, cls.model_fields[name].alias or name)
        return data


def _with_since(data: dict[str, Any], table: str) -> dict[str, Any]:
    given = data.get(table)
    if not isinstance(given, list) or "since" not in data or table in UNDATED:
        return data
    dated = [{"since": data["since"]} | item if isinstance(item, dict) else item for item in given]
    return data | {table: dated}


class QuestionsFile(CatalogueFile):
    groups: m.Many[m.Group] = Field(alias="group")
    questions: m.Many[m.Question] = Field(alias="question")


class ConclusionsFile(CatalogueFile):
    determination: m.Cited
    topics: m.Many[m.Topic] = Field(alias="topic")
    conclusions: m.Many[m.ConclusionRule] = Field(alias="conclusion")
    contradictions: m.Many[m.Contradiction] = Field(alias="contradiction")


class ProceduresFile(CatalogueFile):
    facts: m.Many[m.OutsideFact] = Field(alias="fact")
    procedures: m.Many[m.Procedure] = Field(alias="procedure")
    unavailable: m.Text


class ApplicationFile(CatalogueFile):
    sections: m.Many[m.FormSection] = Field(alias="section")
    messages: dict[str, m.Text]


class MaterialsFile(CatalogueFile):
    materials: m.Many[m.MaterialRule] = Field(alias="material")


class CriteriaFile(CatalogueFile):
    answers: m.Many[m.Option] = Field(alias="answer")
    criteria: m.Many[m.Criterion] = Field(alias="criterion")


class ListedItemsFile(CatalogueFile):
    items: m.Many[m.ListedItem] = Field(alias="item")


class CommitmentsFile(CatalogueFile):
    commitments: m.Many[m.Commitment] = Field(alias="commitment")


class CountriesFile(CatalogueFile):
    countries: m.Many[m.Option] = Field(alias="country")


class InspectionFile(CatalogueFile):
    themes: m.Many[m.Option] = Field(alias="theme")
    grounds: m.Many[m.InspectionGround] = Field(alias="ground")
    items: m.Many[m.InspectionItem] = Field(alias="item")


@dataclass(frozen=True)
class Catalogues:
    questions: QuestionsFile
    conclusions: ConclusionsFile
    procedures: ProceduresFile
    application: ApplicationFile
    materials: MaterialsFile
    criteria: CriteriaFile
    listed_items: ListedItemsFile
    commitments: CommitmentsFile
    countries: CountriesFile
    inspection: InspectionFile


def read(path: Path, schema: type[CatalogueFile]) -> CatalogueFile:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError([Problem(path.name, "file", str(error))]) from error
    try:
        return TypeAdapter(schema).validate_python(data)
    except ValidationError as error:
        raise CatalogueError(
            Problem(path.name, _place(item["loc"], data), item["msg"]) for item in error.errors()
        ) from error


def _place(loc: tuple[int | str, ...], data: Any) -> str:
    """Such as 'question[7] involves_humans.help.en': counted from one, with the key where there is one."""
    words: list[str] = []
    for part in loc:
        data = data[part] if _within(data, part) else None
        if isinstance(part, int):
            key = data.get("key") or data.get("topic") if isinstance(data, dict) else None
            words[-1:] = [f"{words[-1]}[{part + 1}]" + (f" {key}" if key else "")]
        else:
            words.append(part)
    return ".".join(words) or "file"


def _within(data: Any, part: int | str) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)
