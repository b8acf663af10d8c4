"""What a builder has made once is laid down again, not made again.

Nearly every test starts from a committee and a review that took some hundred steps and a thousand queries to make. A
builder marked `@remembered` is still called by each test, and each test still gets its own rows inside its own
transaction. But where the database holds exactly what it held at an earlier call, and what the builder is given is the
same, the result is the same too: the rows which that call added, changed or removed are written as they were, and the
objects it gave back are handed out as fresh copies.

So nothing is assumed about the order of tests, about what they share, or about the database. Whatever the first call of
a worker did through the steps, with all their guards, the later ones start from. To add a procedure's tests: write the
way to its states as methods of a builder and mark those that arrange (never a step that a test is there to take).

The processes of one run share what they have made through the folder REMEMBERED, where it is given (tests/run.py), on
SQLite: a PostgreSQL's sequences do not heed the keys that are laid down. So nothing that a builder makes may be named
alike in two processes (`factories.FIRST`).

Made anew: under another clock, language or setting; after an hour of a clock that runs; and always in a test that
asks for `monkeypatch`, because a planted bug must neither be forgotten nor remembered.
"""

import hashlib
import os
import pickle
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, is_dataclass
from datetime import date, datetime, timedelta
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import time_machine
from django.apps import apps
from django.conf import UserSettingsHolder, settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils import timezone, translation

from ethicsreview.deadlines.calendar import law_day

P = ParamSpec("P")
R = TypeVar("R")

Row = tuple[Any, ...]
Contents = dict[str, dict[Any, Row]]

# How long a result made under a clock that runs is near enough to now, in seconds.
FRESH = 3600
# How many results are kept; the one that was not asked for longest goes.
MOST = 400
# Written by signing in and by migrations, and never by a builder.
ASIDE = {"admin", "contenttypes", "auth", "sessions", "axes", "mfa", "account"}
# Written by the database itself where other rows are written.
TRIGGERED = {"reviews.change", "reviews.highrisk"}
# Where a test keeps its files and how the tables came about is its own affair, and changes nothing in the rows.
INDIFFERENT = {"MEDIA_ROOT", "MIGRATION_MODULES"}


class CannotTell(Exception):
    """An argument that two calls cannot be compared by."""


@dataclass
class Remembered:
    changes: "Changes"
    files: dict[str, bytes]
    after_commit: list[tuple[Callable[[], object], bool]]
    objects: bytes
    made: float

    @property
    def near(self) -> bool:
        """Under a clock that stands still, the moment is part of the key."""
        return time_machine.escape_hatch.is_travelling() or time.monotonic() - self.made < FRESH


@dataclass
class Memory:
    """Of one worker. `asleep` while a test may have changed the code itself."""

    asleep: bool = False
    kept: dict[Any, Remembered] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)


memory = Memory()


def remembered(builder: Callable[P, R]) -> Callable[P, R]:
    """A builder of rows whose results are kept (see above)."""

    @wraps(builder)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if memory.asleep:
            return builder(*args, **kwargs)
        before = contents()
        try:
            named = (builder.__module__, builder.__qualname__)
            key = (named, _circumstances(), _digest(before), _given(args), _given(kwargs))
        except CannotTell:
            return builder(*args, **kwargs)
        known = memory.kept.pop(key, None)
        if not (known and known.near):
            known = _of_another(key)
        if known and known.near:
            memory.calls[f"{builder.__qualname__} again"] += 1
            memory.kept[key] = known
            return _lay_down(known, args)
        memory.calls[builder.__qualname__] += 1
        return _make(builder, args, kwargs, before, key)

    return call


def _make(builder: Callable[..., R], args: Any, kwargs: Any, before: Contents, key: Any) -> R:
    # One transaction, so that what is to follow the commit can be kept; a test's own is one already.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        waiting = len(connection.run_on_commit)
        # The builders that this one calls are remembered too: another end of the same way begins where they left off.
        result = builder(*args, **kwargs)
        changes = Changes.between(before, contents())
        after_commit = [(call, robust) for _ids, call, robust in connection.run_on_commit[waiting:]]
    if len(memory.kept) >= MOST:
        del memory.kept[next(iter(memory.kept))]
    made = Remembered(changes, _files(changes), after_commit, pickle.dumps((args, result)), time.monotonic())
    memory.kept[key] = made
    _share(key, made)
    return result


def _of_another(key: Any) -> Remembered | None:
    place = _place(key)
    if place is None or not place.exists():
        return None
    found: Remembered = pickle.loads(place.read_bytes())  # noqa: S301  # our own, of this run
    return found


def _share(key: Any, made: Remembered) -> None:
    place = _place(key)
    if place is None:
        return
    try:
        written = pickle.dumps(made)
    except (pickle.PicklingError, AttributeError, TypeError):
        return  # what is to follow the commit is a function without a name
    mine = place.with_suffix(f".{os.getpid()}")
    mine.write_bytes(written)
    mine.replace(place)


def _place(key: Any) -> Path | None:
    folder = os.environ.get("REMEMBERED")
    if not folder or connection.vendor != "sqlite":
        return None
    return Path(folder) / hashlib.blake2b(repr(key).encode(), digest_size=16).hexdigest()


def _lay_down(known: Remembered, args: Any) -> Any:
    with transaction.atomic():
        known.changes.write()
        for name, content in known.files.items():
            if not default_storage.exists(name):
                default_storage.save(name, ContentFile(content))
        for call, robust in known.after_commit:
            transaction.on_commit(call, robust=robust)
    given, result = pickle.loads(known.objects)  # noqa: S301  # our own, of this process
    # A method takes its object on: the caller's becomes what that of the first call became.
    if args and is_dataclass(args[0]):
        vars(args[0]).update(vars(given[0]))
        return args[0] if result is given[0] else result
    return result


# --- what the database holds --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    name: str
    key: int  # the place of the primary key among the columns
    columns: tuple[str, ...]
    passing: tuple[int, ...]  # the places of what signing in writes


@cache
def tables() -> tuple[Table, ...]:
    return tuple(
        _table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model._meta.app_label not in ASIDE
        and model._meta.label_lower not in TRIGGERED
    )


def _table(model: type[models.Model]) -> Table:
    columns = tuple(column.column for column in model._meta.local_concrete_fields)
    passing = tuple(place for place, name in enumerate(columns) if name == "last_login")
    return Table(model._meta.db_table, columns.index(model._meta.pk.column), columns, passing)


def contents() -> Contents:
    """Every row of every table of ours, in the database's own terms, so that it can be written back as it was."""
    found: Contents = {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_all_tables_of_postgres())
            rows: dict[str, list[Row]] = defaultdict(list)
            for name, row in cursor.fetchall():
                rows[name].append(tuple(row))
        else:
            # Most tables are empty at most moments: one question says which are not.
            cursor.execute(_which_of_sqlite())
            rows = {}
            for table, holds in zip(tables(), cursor.fetchone(), strict=True):
                if holds:
                    cursor.execute(_table_of_sqlite(table))
                    rows[table.name] = cursor.fetchall()
    for table in tables():
        if kept := rows.get(table.name):
            found[table.name] = {row[table.key]: row for row in kept}
    return found


@cache
def _all_tables_of_postgres() -> str:
    """As text, which is read back without loss; one question for all."""
    parts = []
    for table in tables():
        columns = ", ".join(f'"{column}"::text' for column in table.columns)
        parts.append(f"SELECT '{table.name}', ARRAY[{columns}] FROM \"{table.name}\"")  # noqa: S608
    return " UNION ALL ".join(parts)


@cache
def _which_of_sqlite() -> str:
    asked = [f'EXISTS (SELECT 1 FROM "{table.name}")' for table in tables()]  # noqa: S608
    return f"SELECT {', '.join(asked)}"


@cache
def _table_of_sqlite(table: Table) -> str:
    """The plus does nothing but hide the column's type, for which Python would convert what is stored."""
    columns = ", ".join(f'+"{column}"' for column in table.columns)
    return f'SELECT {columns} FROM "{table.name}"'  # noqa: S608


def _digest(held: Contents) -> bytes:
    running = hashlib.blake2b(digest_size=16)
    passing = {table.name: table.passing for table in tables()}
    for name in sorted(held):
        rows = held[name].values()
        if places := passing[name]:
            rows = [tuple(v for n, v in enumerate(row) if n not in places) for row in rows]
        running.update(repr((name, sorted(rows, key=repr))).encode())
    return running.digest()


@dataclass
class Changes:
    """What became of the rows between two moments."""

    added: dict[str, list[Row]] = field(default_factory=dict)
    changed: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)
    removed: list[tuple[str, Any]] = field(default_factory=list)

    @classmethod
    def between(cls, before: Contents, after: Contents) -> "Changes":
        changes = cls()
        for table in tables():
            old, new = before.get(table.name, {}), after.get(table.name, {})
            if added := [row for key, row in new.items() if key not in old]:
                changes.added[table.name] = added
            changes.removed += [(table.name, key) for key in old if key not in new]
            for key, row in new.items():
                if key in old and old[key] != row:
                    pairs = zip(table.columns, old[key], row, strict=True)
                    changes.changed.append((table.name, key, {name: now for name, was, now in pairs if was != now}))
        return changes

    def write(self) -> None:
        named = {table.name: table for table in tables()}
        with connection.cursor() as cursor:
            for name, key in self.removed:
                cursor.execute(f'DELETE FROM "{name}" WHERE "{_key(named[name])}" = %s', [key])  # noqa: S608
            for name, key, values in self.changed:
                assigned = ", ".join(f'"{column}" = %s' for column in values)
                where = f'"{_key(named[name])}" = %s'
                cursor.execute(f'UPDATE "{name}" SET {assigned} WHERE {where}', [*values.values(), key])  # noqa: S608
            for name, rows in self.added.items():
                columns = ", ".join(f'"{column}"' for column in named[name].columns)
                places = ", ".join(["%s"] * len(named[name].columns))
                cursor.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({places})', rows)  # noqa: S608


def _key(table: Table) -> str:
    return table.columns[table.key]


def _files(changes: Changes) -> dict[str, bytes]:
    """The files that the new rows speak of. One that was never written, or is no longer there, is not missed here."""
    named = {table.name: table for table in tables()}
    found = {}
    for name, place in _file_columns():
        for row in changes.added.get(name, ()):
            path = row[named[name].columns.index(place)]
            if path and default_storage.exists(path):
                with default_storage.open(path) as file:
                    found[path] = file.read()
    return found


@cache
def _file_columns() -> tuple[tuple[str, str], ...]:
    return tuple(
        (model._meta.db_table, column.column)
        for model in apps.get_models()
        for column in model._meta.local_concrete_fields
        if isinstance(column, models.FileField)
    )


# --- what a call depends on besides ---------------------------------------------------------------------------------


def _circumstances() -> tuple[Any, ...]:
    now = timezone.now()
    moment = now if time_machine.escape_hatch.is_travelling() else law_day(now)
    return moment, translation.get_language(), tuple(_settings_changed())


def _settings_changed() -> Iterator[tuple[str, str]]:
    holder = settings._wrapped
    while isinstance(holder, UserSettingsHolder):
        for name, value in sorted(vars(holder).items()):
            if name.isupper() and name not in INDIFFERENT:
                yield name, repr(value)
        holder = holder.default_settings


def _given(arguments: Any) -> Any:
    """A moment that a test gives is one before or after now: what was made lately for as long ago is near enough."""
    if time_machine.escape_hatch.is_travelling():
        return _plain(arguments)
    now, minute = timezone.now(), timedelta(minutes=1)
    named = arguments.items() if isinstance(arguments, Mapping) else enumerate(arguments)
    return tuple(
        (name, "from now", round((value - now) / minute)) if isinstance(value, datetime) else (name, _plain(value))
        for name, value in named
    )


def _plain(value: Any) -> Any:
    """The value as far as two calls must agree in it."""
    if value is None or isinstance(value, str | int | float | date | datetime | timedelta):
        return type(value).__name__, value
    if isinstance(value, models.Model):
        if value.pk is None:
            raise CannotTell(value)
        return value._meta.label, value.pk
    if isinstance(value, Mapping):
        return tuple((name, _plain(item)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return type(value).__name__, tuple(_plain(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, _plain(dict(sorted(vars(value).items())))
    raise CannotTell(value)
