"""Cleaning up after a test that commits.

Django's own way empties every table, writes content types and permissions anew and sends `post_migrate`: a second for
a test that left ten rows. Here only tables with rows are emptied, and what `migrate` wrote stays.
"""

from django.db import connection, transaction

from ethicsreview.trail import triggers

# Written once by `migrate`, and by no test.
STANDING = {"django_migrations", "django_content_type", "auth_permission"}


def empty_tables() -> None:
    """Remove every row, past the triggers that keep the record; they are in place again afterwards."""
    with transaction.atomic(), connection.cursor() as cursor:
        full = _tables_with_rows()
        guarded = [
            model._meta.db_table for model, _condition in triggers.frozen_models() if model._meta.db_table in full
        ]
        if connection.vendor == "postgresql":
            _switch_triggers("DISABLE", guarded)
        elif guarded:
            triggers.remove()
        for table in full:
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608
        if connection.vendor == "postgresql":
            # A table with references still to be checked cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            _switch_triggers("ENABLE", guarded)
        elif guarded:
            triggers.install()


def _tables_with_rows() -> list[str]:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - STANDING
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")"  # noqa: S608
        for table in sorted(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]


def _switch_triggers(to: str, tables: list[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" {to} TRIGGER USER')
