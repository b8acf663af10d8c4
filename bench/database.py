"""The databases of the benchmark: made beside the one that is named, which itself is never touched."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def named(address: str, size: int | str) -> str:
    """The address of the database for so many reviews (or for something else), on the same server."""
    parts = urlsplit(address)
    if not parts.scheme.startswith("postgres"):
        raise SystemExit(f"the benchmark needs PostgreSQL, and DATABASE_URL names {parts.scheme}")
    base = parts.path.strip("/").removesuffix("_bench")
    return urlunsplit(parts._replace(path=f"/{base}_bench_{size}"))


def name_of(address: str) -> str:
    return urlsplit(address).path.strip("/")


def make(address: str, like: str = "template1") -> None:
    """Create it if it is not there, as a copy of that database."""
    with _server(address) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name_of(address)]).fetchone()
        if known is None:
            copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(copied.format(sql.Identifier(name_of(address)), sql.Identifier(like)))


def drop(address: str) -> None:
    with _server(address) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name_of(address))))


def version(address: str) -> str:
    with _server(address) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return str(row[0]) if row else ""


def _server(address: str) -> "psycopg.Connection[tuple[object, ...]]":
    """The server's own database: from there others are made."""
    return psycopg.connect(urlunsplit(urlsplit(address)._replace(path="/postgres")), autocommit=True)
