"""Which step tells whom, and in what words: every app's `notices.toml`, read strictly.

The words hold places like {ref}; a place is a plain name, and both languages have the same ones.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from django.apps import apps
from django.core.checks import Error, register
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import Truncator
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

FILE_NAME = "notices.toml"
SUBJECT_MAX = 200
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
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
            values = {name: _said(value) for name, value in context.items()}
        if missing := (places(self.subject.zh) | places(self.text.zh)) - values.keys():
            raise MissingWords(f"{self.key}: no value for {sorted(missing)}")
        subject = self.subject.in_language(language).format_map(values)
        # One line of bounded length, whatever a title holds: it becomes a mail header.
        one_line = " ".join(subject.split())
        short = one_line if len(one_line) <= SUBJECT_MAX else Truncator(one_line).chars(SUBJECT_MAX)
        return Letter(short, self.text.in_language(language).format_map(values))


class Kind(BaseModel):
    """A sort of notice that people may choose channels for: all rows whose key begins with what it covers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Group
    covers: tuple[Group, ...] = Field(strict=False)
    label: Bilingual


def _said(value: Any) -> str:
    """In the language in force; a day that a step has kept as text, as people read it."""
    text = str(value)
    with suppress(ValueError):
        if DAY.fullmatch(text):
            return date_format(date.fromisoformat(text))
    return text


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    notice: list[Rule]
    kind: list[Kind] = Field(default_factory=list)


@dataclass(frozen=True)
class Tables:
    rules: Mapping[str, Rule]
    kinds: Mapping[str, Kind]


def _first(key: str) -> str:
    return key.partition(".")[0]


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


def read_tables(files: Iterable[Path]) -> Tables:
    """All rows by key, all kinds by name. Raises TableError with everything that is wrong in any of the files."""
    rules: dict[str, Rule] = {}
    kinds: dict[str, Kind] = {}
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
            for kind in table.kind:
                if kind.name in kinds:
                    problems.append(f"{place}: kind {kind.name} stands twice")
                kinds[kind.name] = kind
    # Of a file that cannot be read no kind is known, and that is said already.
    if not problems:
        covered = [word for kind in kinds.values() for word in kind.covers]
        problems += [f"no [[kind]] covers {word}" for word in sorted({_first(key) for key in rules} - set(covered))]
        problems += [
            f"two [[kind]] cover {word}" for word in sorted({word for word in covered if covered.count(word) > 1})
        ]
    if problems:
        raise TableError(problems)
    return Tables(rules, kinds)


def table_files() -> list[Path]:
    found = (Path(config.path) / FILE_NAME for config in apps.get_app_configs())
    return [path for path in found if path.exists()]


def kind_of(key: str) -> str:
    """The kind's name; "" for a key that no table has any more."""
    return _kinds_by_word().get(_first(key), "")


@cache
def _kinds_by_word() -> Mapping[str, str]:
    return {word: kind.name for kind in kinds().values() for word in kind.covers}


@cache
def _read() -> Tables:
    return read_tables(table_files())


def tables() -> Mapping[str, Rule]:
    return _read().rules


def kinds() -> Mapping[str, Kind]:
    """In the order of the files: the ground floor's first."""
    return _read().kinds


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
