"""The database of an installation as one file, and back: by the server's own tools, or SQLite's online copy."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

MEMBER = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
COPY = "copy"


class ToolFailed(Exception):
    """pg_dump, pg_restore or psql is not there, or said no; its words stand in the message."""


@contextmanager
def written_to(path: Path) -> Iterator[str]:
    """Write the database to `path` while it is in use. Within the block the alias that is given answers as the
    database was at that very moment, whatever is written meanwhile.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={cursor.fetchone()[0]}"]
            _run(["pg_dump", *options, f"--file={path}"])
            yield DEFAULT_DB_ALIAS
    else:
        with sqlite3.connect(path) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
            # One file, with no log beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
        copy.close()
        at = {**connection.settings_dict, "NAME": str(path), "OPTIONS": {}}
        connections[COPY] = type(connection)(at, DEFAULT_DB_ALIAS)
        try:
            yield COPY
        finally:
            connections[COPY].close()
            del connections[COPY]


def read_from(path: Path) -> None:
    """Put the database in the file into the place of the one that is configured; whatever stood there is gone.

    On PostgreSQL one transaction: it is all there, or it is as it was before.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        connection.ensure_connection()
        with sqlite3.connect(path) as source:
            source.backup(connection.connection)
        source.close()
        return
    names = [connection.ops.quote_name(name) for name in connection.introspection.table_names()]
    with connection.cursor() as cursor:
        # What the triggers of this database call; the file brings its own.
        cursor.execute(
            "SELECT quote_ident(proname) FROM pg_proc WHERE prorettype = 'trigger'::regtype "
            "AND pronamespace = current_schema()::regnamespace "
            "AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        )
        functions = [name for (name,) in cursor.fetchall()]
    # Whatever this session still holds would keep the other from replacing it.
    connection.close()
    first = [f"DROP TABLE {', '.join(names)} CASCADE;"] if names else []
    first += [f"DROP FUNCTION IF EXISTS {name}() CASCADE;" for name in functions]
    script = _start(["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path)], stdout=subprocess.PIPE)
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--file=-"]
    reader = _start(["psql", *options], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert reader.stdin is not None
    assert script.stdout is not None
    try:
        reader.stdin.write("\n".join(first).encode() + b"\n")
        while piece := script.stdout.read(1 << 20):
            reader.stdin.write(piece)
        if script.wait():
            # Ends without a commit: psql undoes what it has read so far.
            reader.stdin.write(b"\nSELECT 1/0;\n")
        reader.stdin.close()
    except BrokenPipeError:
        pass  # psql has stopped at an error, which it tells
    finally:
        script.stdout.close()
    for process, name in ((reader, "psql"), (script, "pg_restore")):
        _check(name, process)


def others_connected() -> int:
    """How many other sessions are open on the database. SQLite cannot say."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _run(command: list[str]) -> None:
    _check(command[0], _start(command))


def _start(command: list[str], **streams: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, **streams)  # noqa: S603 - our own
    except FileNotFoundError as error:
        raise ToolFailed(f"未安装 {command[0]} / {command[0]} is not installed") from error


def _check(name: str, process: subprocess.Popen[bytes]) -> None:
    errors: IO[bytes] | None = process.stderr
    assert errors is not None
    said = errors.read().decode(errors="replace").strip()
    errors.close()
    if process.wait():
        raise ToolFailed(f"{name}: {said}")


def _environment() -> dict[str, str]:
    """By the environment, where no list of processes shows a password."""
    at = connections[DEFAULT_DB_ALIAS].settings_dict
    named = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    return os.environ | {variable: str(at[name]) for name, variable in named.items() if at[name]}
