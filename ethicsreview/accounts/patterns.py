"""Questions about what a person may see, whose SQL is put together once for everybody who stands alike.

Two secretaries of one committee each ask the same of different keys. Their standings have one pattern: the same roles,
held in as many bodies, with other numbers for the bodies and the person. So the queryset is built for a twin, whose
numbers are made up and whose moment never comes, and where the made-up ones stand among the parameters, those of
whoever asks go in.

The twin must be all that the queryset depends on. It is built where no query may run, so that nothing about the made-up
person is read; what a rule has to read of the real one beforehand is registered with `known_beforehand`, and becomes
part of the pattern for the questions that depend on it. A parameter made from the moment of asking (a day) is refused:
give it instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache, partial, wraps
from threading import get_ident
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.prepared import Place, Prepared
from ethicsreview.accounts.standing import Standing

# Far from any key of a table; one for each number of the standing.
MADE_UP = -7_000_000_000
NEVER = datetime(9998, 12, 28, tzinfo=UTC)
# How many patterns are kept for one question; the one that was not asked for longest goes.
MOST = 300

Fact = tuple[frozenset[int], ...]
Read = Callable[[Standing], Fact]
FACTS: dict[str, Read] = {}


class Unprepared(Exception):
    """A question that cannot be put together for a pattern: the queryset depends on more than who asks."""


class _Needed(Exception):
    """The question depends on a fact that is not part of the pattern yet."""


def known_beforehand(name: str) -> Callable[[Read], Read]:
    """What is read about a person, once for a standing, and what questions are built from."""

    def register(read: Read) -> Read:
        @wraps(read)
        def answer(standing: Standing) -> Fact:
            if standing.at is NEVER and name not in standing.memory:
                raise _Needed(name)
            found: Fact = standing.once(name, lambda: read(standing))
            return found

        FACTS[name] = answer
        return answer

    return register


@dataclass(frozen=True)
class Pattern:
    """`twin` stands as the person does; `numbers` says whose number each made-up one is."""

    twin: Standing
    facts: tuple[tuple[str, Fact], ...]
    superuser: bool
    numbers: dict[int, int] = field(compare=False)

    @classmethod
    def of(cls, standing: Standing, facts: tuple[str, ...] = ()) -> "Pattern":
        found: Pattern = standing.once(("pattern", facts), lambda: cls._made(standing, facts))
        return found

    @classmethod
    def _made(cls, standing: Standing, names: tuple[str, ...]) -> "Pattern":
        made_up: dict[int, int] = {}

        def rename(number: int) -> int:
            return made_up.setdefault(number, MADE_UP - len(made_up))

        person = standing.person
        twin_person = None if person is None else _person(rename(person.pk), superuser=person.is_superuser)
        held = tuple(
            replace(one, body_id=rename(one.body_id))
            for one in sorted(standing.held, key=lambda one: (one.role, one.body_kind, one.region, one.body_id))
        )
        facts = tuple(
            (name, tuple(frozenset(map(rename, sorted(keys))) for keys in FACTS[name](standing))) for name in names
        )
        twin = Standing(twin_person, NEVER, held, standing.is_system, dict(facts))
        return cls(twin, facts, bool(person and person.is_superuser), {twin: real for real, twin in made_up.items()})


def _person(number: int, *, superuser: bool) -> Person:
    """A person of whom only the number and the standing are known: whatever else is asked for would be read."""
    known = {"id": number, "is_active": True, "is_superuser": superuser}
    # Values are taken in the order of the columns, whatever the order of the names.
    names = [column.attname for column in Person._meta.concrete_fields if column.attname in known]
    return Person.from_db(connection.alias, names, [known[name] for name in names])


class PreparedFor:
    """`build` makes the queryset for whoever asks, with `Given` where something else differs."""

    def __init__(self, build: Callable[[Standing], "QuerySet[Any, Any]"]) -> None:
        self.build = build
        self._for = lru_cache(maxsize=MOST)(lambda pattern: _ForTwin(build, pattern))

    def __call__(self, standing: Standing, **given: Any) -> list[Any]:
        """The rows. Raises KeyError where a value is not given, Unprepared where the queryset needs more than that."""
        pattern = Pattern.of(standing)
        while needed := self._for(pattern).needs():
            pattern = Pattern.of(standing, (*(name for name, _fact in pattern.facts), needed))
        return self._for(pattern).ask({**given, **pattern.numbers, NEVER: standing.at})


class _ForTwin(Prepared):
    def __init__(self, build: Callable[[Standing], "QuerySet[Any, Any]"], pattern: Pattern) -> None:
        super().__init__(lambda: build(pattern.twin))
        self._made_up = pattern.numbers.keys()
        self._needed: str | None = None

    def needs(self) -> str:
        """The fact that this pattern lacks; empty where it is all that the question depends on. Known after once."""
        if self._needed is None:
            try:
                self.make()
                self._needed = ""
            except _Needed as needed:
                self._needed = str(needed)
        return self._needed

    def _made(self) -> Any:
        with connection.execute_wrapper(partial(_refuse, get_ident())):
            return super()._made()

    def placed(self, parameter: Any) -> Any:
        if type(parameter) is int and parameter in self._made_up:
            return Place(parameter)
        if parameter in (NEVER, connection.ops.adapt_datetimefield_value(NEVER)):
            return Place(NEVER)
        if str(parameter).startswith(str(NEVER.year)):
            raise Unprepared(f"a day made from the moment of asking ({parameter}) is to be given")
        return parameter


def _refuse(builder: int, execute: Any, sql: str, *rest: Any) -> Any:
    # A database in memory has one connection for all threads: another one's question is none of the builder's.
    if get_ident() != builder:
        return execute(sql, *rest)
    raise Unprepared(f"building the question reads from the database: {sql[:200]}")
