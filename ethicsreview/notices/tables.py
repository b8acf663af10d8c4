"""Which step tells whom, and in what words: every app's `notices.toml`, read strictly.

The words hold places like {ref}; a place is a plain name, and both languages have the same ones.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from django.apps import apps
from django.core.checks import Error, register
from django.utils import translation
from django.utils.text import Truncator
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

FILE_NAME = "notices.toml"
SUBJECT_MAX = 200
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Group = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class TableError(ValueError):
    """The tables are wrong; `problems` names every file, place and reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class MissingWords(LookupError):
    """A notice was posted without a value for one of its places."""


class Bilingual(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    zh: Words
    en: Words

    @model_validator(mode="after")
    def same_places(self) -> "Bilingual":
        if places(self.zh) != places(self.en):
            raise ValueError(f"zh has {sorted(places(self.zh))}, en has {sorted(places(self.en))}")
        return self

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


class Rule(BaseModel):
    """One row of the table: the notice that a step (`review.accept`) or a time (`deadline.breach`) sends."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    key: Key
    to: tuple[Group, ...] = Field(default=(), strict=False)
    statutory: bool = False
    urgent: bool = False
    subject: Bilingual
    text: Bilingual

    def render(self, language: str, context: Mapping[str, Any]) -> "Letter":
        """The words in one language; values are turned to text in it too. Raises MissingWords."""
        with translation.override(language):
            values = {name: str(value) for name, value in context.items()}
        if missing := (places(self.subject.zh) | places(self.text.zh)) - values.keys():
            raise MissingWords(f"{self.key}: no value for {sorted(missing)}")
        subject = self.subject.in_language(language).format_map(values)
        # One line of bounded length, whatever a title holds: it becomes a mail header.
        one_line = " ".join(subject.split())
        return Letter(Truncator(one_line).chars(SUBJECT_MAX), self.text.in_language(language).format_map(values))


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    notice: list[Rule]


@cache
def places(words: str) -> frozenset[str]:
    """The names in braces. Raises ValueError for anything but a plain name: no attribute, index or format."""
    found = set()
    for _text, name, spec, conversion in Formatter().parse(words):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is not a plain place")
        found.add(name)
    return frozenset(found)


def read_tables(files: Iterable[Path]) -> dict[str, Rule]:
    """All rows by key. Raises TableError with everything that is wrong in any of the files."""
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    for path in files:
        place = "/".join(path.parts[-3:])
        try:
            table = Table.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            problems.append(f"{place}: {error}")
        except ValidationError as error:
            problems += [f"{place}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        else:
            for rule in table.notice:
                if rule.key in rules:
                    problems.append(f"{place}: {rule.key} stands twice")
                rules[rule.key] = rule
    if problems:
        raise TableError(problems)
    return rules


def table_files() -> list[Path]:
    found = (Path(config.path) / FILE_NAME for config in apps.get_app_configs())
    return [path for path in found if path.exists()]


@cache
def tables() -> Mapping[str, Rule]:
    return read_tables(table_files())


def notice_for(key: str) -> Rule | None:
    """The row for a step or a time, or None where nobody is told."""
    return tables().get(key)


@register()
def check_tables(**_kwargs: Any) -> list[Error]:
    try:
        tables()
    except TableError as error:
        return [Error(problem, id="notices.E001") for problem in error.problems]
    return []
