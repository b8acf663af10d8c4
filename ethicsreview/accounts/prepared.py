"""Questions to the database whose SQL is put together once.

To put a query together costs several times what the answer costs, and a page asks the same ones each time, of other
keys. A prepared question is an ordinary queryset with `Given` in the place of what differs; it answers with the same
rows, objects or tuples, that the queryset would. It is for questions of one shape: what a person may see depends on
the roles they hold, and is put together anew each time.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Expression, QuerySet


@dataclass(frozen=True)
class _Place:
    """Where a value goes among the parameters."""

    name: str


class Given(Expression):
    """A value that is known when the question is asked: a key, a text or a day."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [_Place(self.name)]


class Prepared:
    """`build` makes the queryset, when the question is asked for the first time."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self._build = build
        self._ready: dict[str, tuple[Any, Any, str, tuple[Any, ...]]] = {}

    def __call__(self, **given: Any) -> list[Any]:
        """The rows. Raises KeyError where a value is not given."""
        queryset, compiler, sql, parameters = self._ready.get(connection.vendor) or self._made()
        with connection.cursor() as cursor:
            cursor.execute(sql, [_plain(given[one.name]) if isinstance(one, _Place) else one for one in parameters])
            rows = cursor.fetchall()
        answering = copy(compiler)
        answering.execute_sql = lambda *_args, **_kwargs: [rows]
        return list(queryset._iterable_class(_Answered(queryset, answering)))

    def _made(self) -> tuple[Any, Any, str, tuple[Any, ...]]:
        queryset: Any = self._build()
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, parameters = compiler.as_sql()
        self._ready[connection.vendor] = queryset, compiler, sql, parameters
        return self._ready[connection.vendor]


def _plain(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if type(value) is date else value


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
