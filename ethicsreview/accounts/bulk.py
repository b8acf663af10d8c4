"""Many rows of one table in one statement, where the putting together would take longer than the carrying out.

On PostgreSQL the rows travel as one JSON document: Django's own `bulk_create` and `bulk_update` compile an expression
for each value. SQLite has neither round trips nor plans worth saving, and goes Django's way. Names and types in the SQL
are those of our own columns.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.constants import OnConflict

Values = Mapping[str, Any]


def insert_new(model: type[Model], rows: Sequence[Values], returning: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Write rows in their order, passing over those that a constraint says are there already. Of what was written, the
    fields that are asked for.

    A row holds values by attribute (`person_id`), as `vars` of an object does; what it leaves out has the field's
    default. Objects themselves are not needed: they cost more than the writing.
    """
    if not rows:
        return []
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    wanted: list[Any] = [model._meta.get_field(name) for name in returning]
    whole = [[row[field.attname] if field.attname in row else field.get_default() for field in fields] for row in rows]
    if connection.vendor != "postgresql":
        return _inserted(model, whole, fields, wanted)
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, tuple(returning)), [_document(fields, whole)])
        return cursor.fetchall() if wanted else []


def update(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these fields of each row, which is there."""
    if not rows:
        return
    model = type(rows[0])
    key: Any = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    table, place = _table(model), _name(key.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                _changing(model, tuple(names)),
                [_document([key, *fields], [[getattr(row, f.attname) for f in (key, *fields)] for row in rows])],
            )
            return
        columns = ", ".join(f"{_name(field.column)} = %s" for field in fields)
        values = [[_prepared(field, row) for field in (*fields, key)] for row in rows]
        cursor.executemany(f"UPDATE {table} SET {columns} WHERE {place} = %s", values)  # noqa: S608


@cache
def _insertion(model: type[Model], returning: tuple[str, ...]) -> str:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(_name(field.column) for field in fields)
    wanted: list[Any] = [model._meta.get_field(name) for name in returning]
    back = f" RETURNING {', '.join(_name(field.column) for field in wanted)}" if wanted else ""
    return (
        f"INSERT INTO {_table(model)} ({names}) SELECT {names} FROM {_recordset(fields)} "  # noqa: S608
        f"ON CONFLICT DO NOTHING{back}"
    )


@cache
def _changing(model: type[Model], names: tuple[str, ...]) -> str:
    key: Any = model._meta.pk
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    table, place = _table(model), _name(key.column)
    columns = ", ".join(f"{_name(field.column)} = new.{_name(field.column)}" for field in fields)
    return (
        f"UPDATE {table} SET {columns} FROM {_recordset([key, *fields])} "  # noqa: S608
        f"WHERE {table}.{place} = new.{place}"
    )


@contextmanager
def sent_ahead() -> Iterator[None]:
    """What is written in here, PostgreSQL carries out while Python goes on; an error of it comes out at the end. Only
    for writes whose answer nobody reads.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _inserted(model: type[Model], rows: Sequence[Sequence[Any]], fields: Any, wanted: Any) -> list[tuple[Any, ...]]:
    """`bulk_create` itself gives no keys back where it passes over what is there."""
    names = [field.attname for field in fields]
    returned = model._default_manager.all()._insert(  # type: ignore[attr-defined]
        [model(**dict(zip(names, row, strict=True))) for row in rows],
        fields,
        returning_fields=wanted or None,
        using=connection.alias,
        on_conflict=OnConflict.IGNORE,
    )
    # A single row that was passed over comes back as None.
    return [tuple(row) for row in returned or () if row]


def _document(fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    columns = [field.column for field in fields]
    # Times and UUIDs are read by PostgreSQL as Python writes them.
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=str)


def _recordset(fields: Sequence[Any]) -> str:
    columns = ", ".join(f"{_name(field.column)} {field.rel_db_type(connection)}" for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS new({columns})"


def _prepared(field: Any, row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _table(model: type[Model]) -> str:
    return _name(model._meta.db_table)


def _name(name: Any) -> str:
    return str(connection.ops.quote_name(name))
