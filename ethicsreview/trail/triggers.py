"""The database itself refuses to change what is kept.

A model says so by `frozen_when`: a condition in SQL on the old row (column names as `OLD.x`, or TRUE).
Triggers are put in place after every `migrate`, because SQLite drops a table's triggers when a migration
rebuilds it.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

PREFIX = "keep_"


def frozen_models() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        if condition := getattr(model, "frozen_when", ""):
            yield model, condition


def install(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """(Re)place the triggers of every frozen model whose table exists."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model, condition in frozen_models():
            if (table := model._meta.db_table) in tables:
                for statement in _statements(connection, table, condition):
                    cursor.execute(statement)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take the triggers away. Only a test's clean-up and a restore into an empty database do this."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model, _condition in frozen_models():
            table = model._meta.db_table
            for event in _events(connection):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {PREFIX}{table}_{event}{on}")


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The tables that should be guarded and are not (somebody dropped a trigger, or disabled it)."""
    connection, there = connections[using], present(using)
    return [
        model._meta.db_table
        for model, _condition in frozen_models()
        if not {f"{PREFIX}{model._meta.db_table}_{event}" for event in _events(connection)} <= there
    ]


def present(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The names of all triggers that work, whoever put them in place."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def _events(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """PostgreSQL can also empty a table at one stroke, past every trigger on rows."""
    return ("update", "delete", "truncate") if connection.vendor == "postgresql" else ("update", "delete")


def _statements(connection: BaseDatabaseWrapper, table: str, condition: str) -> Iterator[str]:
    if connection.vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION keep_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is kept as written', TG_TABLE_NAME USING ERRCODE = '23001'; END $$"
        )
    for event in _events(connection):
        name = f"{PREFIX}{table}_{event}"
        if event == "truncate":
            yield (
                f"CREATE OR REPLACE TRIGGER {name} BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION keep_refuse()"
            )
        elif connection.vendor == "postgresql":
            yield (
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {event.upper()} ON {table} "
                f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION keep_refuse()"
            )
        else:
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is kept as written'); END"
            )
