"""Which obligation runs from which step, by which value, on which rules: every app's `obligations.toml`, read strictly.

What the specification states a time for and the service keeps no row of stands there too, with the reason.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from django.apps import apps
from django.core.checks import Error, register
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ethicsreview.policy.schema import Citation, Key, RuleId

FILE_NAME = "obligations.toml"
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Noun = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
# A kind of deadline, and a step with the noun of its object: "review.decision", "review.accept".
Dotted = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*\.[a-z][a-z_]*$")]


class ListError(ValueError):
    """The lists are wrong; the message names every file, place and reason."""


class Undeclared(LookupError):
    """A step starts a deadline that the list does not say it starts."""


class Obligation(BaseModel):
    """One kind of deadline. `on` is what it hangs on, `starts` the steps it runs from, `values` what says how long;
    `cite` stands where no value has an article of its own.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    kind: Dotted
    on: Noun
    starts: Annotated[tuple[Dotted, ...], Field(strict=False, min_length=1)]
    values: Annotated[tuple[Key, ...], Field(strict=False)] = ()
    reminders: Annotated[tuple[Key, ...], Field(strict=False)] = ()
    cite: Citation | None = None
    # Who answers for it first, and to whom it rises.
    by: Words
    above: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    pauses: Key | None = None
    rules: Annotated[tuple[RuleId, ...], Field(strict=False, min_length=1)]
    zh: Words
    en: Words


class Without(BaseModel):
    """Rules with a time in them, and values of the packs, of which there is no row: why."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rules: Annotated[tuple[RuleId, ...], Field(strict=False, min_length=1)]
    values: Annotated[tuple[Key, ...], Field(strict=False)] = ()
    why: Literal["no_number", "outside", "comparison", "arithmetic", "gate", "elsewhere", "condition"]
    zh: Words
    en: Words


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    obligation: tuple[Obligation, ...] = Field(default=(), strict=False)
    without: tuple[Without, ...] = Field(default=(), strict=False)


@dataclass(frozen=True)
class Lists:
    obligations: Mapping[str, Obligation]
    without: tuple[Without, ...]

    @property
    def rules(self) -> frozenset[str]:
        """Every rule of the specification that a row or a reason answers."""
        named = [rule for one in self.obligations.values() for rule in one.rules]
        return frozenset([*named, *(rule for one in self.without for rule in one.rules)])


def read_lists(files: Iterable[Path]) -> Lists:
    """All lists as one. Raises ListError with everything that is wrong in any of the files."""
    found: dict[str, Obligation] = {}
    without: list[Without] = []
    problems: list[str] = []
    for path in files:
        place = "/".join(path.parts[-2:])
        try:
            read = File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as error:
            problems.append(f"{place}: {error}")
        except ValidationError as error:
            problems += [f"{place}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        else:
            problems += [f"{place}: {one.kind} stands twice" for one in read.obligation if one.kind in found]
            found |= {one.kind: one for one in read.obligation}
            without += read.without
    if problems:
        raise ListError("\n".join(problems))
    return Lists(found, tuple(without))


@cache
def lists() -> Lists:
    files = (Path(config.path) / FILE_NAME for config in apps.get_app_configs())
    return read_lists(path for path in files if path.exists())


def check(kind: str, step: str) -> None:
    """Raises Undeclared where the list does not name the step (`review.accept`) as one that starts this kind."""
    declared = lists().obligations.get(kind)
    if declared is None or step not in declared.starts:
        raise Undeclared(f"{step} starts {kind}: not in any {FILE_NAME}")


@register()
def check_lists(**_kwargs: object) -> list[Error]:
    try:
        lists()
    except ListError as error:
        return [Error(problem, id="deadlines.E001") for problem in str(error).splitlines()]
    return []
