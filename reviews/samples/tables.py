"""Rows into tables as fast as the database takes them, past the models: for copies of rows that models have made."""

from typing import Any

from django.db import connection


def new_keys(model: type[Any], count: int) -> list[int]:
    """Primary keys that no other row has or will get, in the transaction that writes the rows."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, model._meta.pk.column, count])
            return [key for (key,) in cursor.fetchall()]
        last = model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
        return list(range(last + 1, last + count + 1))


def insert(model: type[Any], rows: list[list[Any]]) -> None:
    """Rows with a value for each concrete field, in the order of the fields."""
    if not rows:
        return
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column.column) for column in model._meta.concrete_fields)
    target = f"{quote(model._meta.db_table)} ({columns})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {target} VALUES ({places})", rows)  # noqa: S608 - names of ours
