"""Questions to the database whose SQL is put together once.

To put a query together costs several times what the answer costs, and a page asks the same ones each time, of other
keys. A prepared question is an ordinary queryset with `Given` in the place of what differs; it answers with the same
rows, objects or tuples, that the queryset would. It is for questions of one shape; those that depend on who asks are in
`patterns`.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet
from django.utils.functional import cached_property


@dataclass(frozen=True)
class Place:
    """Where a value goes among the parameters."""

    name: Any


class Given(Expression):
    """A value that is known when the question is asked: a key, a text or a day."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [Place(self.name)]


class Prepared:
    """`build` makes the queryset, when the question is asked for the first time."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self._build = build
        self._ready: dict[str, _Question] = {}

    def __call__(self, **given: Any) -> list[Any]:
        """The rows. Raises KeyError where a value is not given."""
        return self.ask(given)

    def ask(self, given: Mapping[Any, Any]) -> list[Any]:
        return self.make().answer(given)

    def make(self) -> "_Question":
        """Put together, if it is not yet."""
        question = self._ready.get(connection.vendor)
        if question is None:
            question = self._ready[connection.vendor] = self._made()
        return question

    def _made(self) -> "_Question":
        queryset: Any = self._build()
        compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            # Whatever is given, nothing can fit.
            return _Question(queryset, compiler, "", ())
        return _Question(queryset, compiler, *_settled(sql, [self.placed(one) for one in parameters]))

    def placed(self, parameter: Any) -> Any:
        """The parameter, or the place that another takes each time."""
        return parameter


class PreparedForMany:
    """One question about several keys, of which there are as many as the last power of two that was asked for.

    `build` is handed a place for each key, to stand in an `__in` of a column that is no relation itself (`person__pk`,
    `committee__body_ptr__id`).
    """

    def __init__(self, build: "Callable[[Sequence[Any]], QuerySet[Any, Any]]") -> None:
        self._build = build
        self._by_number: dict[int, Prepared] = {}

    def __call__(self, keys: Collection[int] | Collection[str], **given: Any) -> list[Any]:
        """The rows, of one query; without a key there are none. Raises KeyError where a value is not given."""
        if not keys:
            return []
        asked = list(keys)
        number = 1 << (len(asked) - 1).bit_length()
        asked += asked[-1:] * (number - len(asked))
        prepared = self._by_number.get(number)
        if prepared is None:
            places = [Given(f"key{place}") for place in range(number)]
            prepared = self._by_number[number] = Prepared(lambda: self._build(places))
        return prepared.ask(given | {f"key{place}": key for place, key in enumerate(asked)})


@dataclass(frozen=True)
class _Question:
    queryset: Any
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]

    @cached_property
    def converters(self) -> Any:
        return self.compiler.get_converters([column for column, _sql, _alias in self.compiler.select])

    def answer(self, given: Mapping[Any, Any]) -> list[Any]:
        if not self.sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                self.sql, [_plain(given[one.name]) if isinstance(one, Place) else one for one in self.parameters]
            )
            rows = cursor.fetchall()
        answering = copy(self.compiler)
        answering.execute_sql = lambda *_args, **_kwargs: [rows]
        answering.get_converters = lambda _columns: self.converters
        return list(self.queryset._iterable_class(_Answered(self.queryset, answering)))


def _settled(sql: str, parameters: list[Any]) -> tuple[str, tuple[Any, ...]]:
    """On PostgreSQL what is always the same stands in the text: the server then plans once for all who ask, which for
    the longest questions takes ten times as long as the answer.
    """
    if connection.vendor != "postgresql":
        return sql, tuple(parameters)
    from psycopg.sql import Literal

    connection.ensure_connection()
    left = iter(parameters)
    places: list[Place] = []

    def settle(found: re.Match[str]) -> str:
        if found.group() == "%%":
            return "%%"
        one = next(left)
        if isinstance(one, Place):
            places.append(one)
            return "%s"
        return Literal(one).as_string(connection.connection).replace("%", "%%")

    return re.sub("%%|%s", settle, sql), tuple(places)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


class _Answered:
    """A queryset, as its iterables want it, whose answer is there already."""

    def __init__(self, queryset: Any, compiler: Any) -> None:
        self._queryset, self._compiler = queryset, compiler
        self.query = self

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        whose = self._queryset if hasattr(self._queryset, name) else self._queryset.query
        return getattr(whose, name)
