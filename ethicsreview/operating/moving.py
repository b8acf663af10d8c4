"""From the embedded shape to PostgreSQL: every row as it is, in one transaction; the source is only read."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor

from ethicsreview.operating.installation import (
    STANDING,
    all_models,
    at_work,
    file_problems,
    heads_of,
    rows_of,
    stored_files,
    tables_in_use,
    trail_problems,
)
from ethicsreview.operating.progress import Progress

TARGET = "target"
BATCH = 1000
# Kept by the migrations of the target itself.
OWN = {"django_migrations", "sqlite_sequence"}


class CannotMove(Exception):
    """Everything that stands in the way, a line each; or the row that the target refuses. The target is as it was."""


def connect(url: str) -> None:
    """Make the address a database beside the service's own. Raises CannotMove where it is none of PostgreSQL."""
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise CannotMove(f"--to {url}: {error}") from error
    if not str(parsed.get("ENGINE", "")).endswith("postgresql"):
        raise CannotMove("目标须为 PostgreSQL / the target must be postgres://user@host:5432/name")
    base = dict(connections.settings[DEFAULT_DB_ALIAS])
    connections.settings[TARGET] = base | {"OPTIONS": {}, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False} | parsed
    try:
        connections[TARGET].ensure_connection()
    except DatabaseError as error:
        raise CannotMove(f"目标数据库连接不上 / the target does not answer: {error}") from error


def move(progress: Progress, *, source: str = DEFAULT_DB_ALIAS, target: str = TARGET) -> dict[str, int]:
    """Copy every row, with counts; returns them by table. Raises CannotMove. Nobody writes to the source meanwhile."""
    if problems := list(_in_the_way(source, target)):
        raise CannotMove("\n".join(problems))
    progress.say("在目标建表 / making the target's tables")
    call_command("migrate", database=target, interactive=False, verbosity=0)
    copied: dict[str, int] = {}
    # SQLite takes its write lock here; PostgreSQL checks the references at the end.
    with transaction.atomic(using=source), transaction.atomic(using=target):
        expected = rows_of(source)
        with connections[target].cursor() as cursor:
            # Triggers that write rows of their own hold still: those rows are among the copied.
            cursor.execute("SET LOCAL ethicsreview.copying = 'on'")
        for model in all_models():
            if model._meta.label_lower in STANDING:
                model._base_manager.using(target).all().delete()
        for model in all_models():
            table = model._meta.db_table
            total = expected[table]
            rows = progress.over(_copied(model, source, target), table, total) if total else ()
            copied[table] = sum(1 for _row in rows)
        with connections[target].cursor() as cursor:
            for statement in connections[target].ops.sequence_reset_sql(no_style(), all_models()):
                cursor.execute(statement)
        found = rows_of(target)
        wrong = [f"{table}: {found[table]} ≠ {number}" for table, number in expected.items() if found[table] != number]
        if wrong:
            raise CannotMove("\n".join(wrong))
        if list(heads_of(source)) != list(heads_of(target)):
            raise CannotMove("留痕的链头不符 / the heads of the trail differ")
    return copied


def copy_files(folder: Path, progress: Progress) -> int:
    """To where the new installation keeps its files, unless they are there; returns how many were copied."""
    copied = 0
    for file in progress.over(stored_files(), "复制文件 / copying files"):
        place = folder / file.name
        if not place.exists() and (Path(settings.MEDIA_ROOT) / file.name).exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f"{place.name}.part")
            shutil.copyfile(Path(settings.MEDIA_ROOT) / file.name, part)
            part.replace(place)
            copied += 1
    return copied


def problems_of_the_default(media: Path, progress: Progress) -> Iterator[str]:
    """Asked under the target as default: whether trail, triggers and files hold there."""
    yield from trail_problems(progress)
    yield from file_problems(media, progress)


def _in_the_way(source: str, target: str) -> Iterator[str]:
    if beat := at_work(source):
        yield f"服务正在运行（{beat}），请先停止 / the service is running: stop it first"
    executor = MigrationExecutor(connections[source])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield "源数据库还有未执行的迁移，先执行 migrate / the source has migrations to apply: run `migrate` first"
    known = {model._meta.db_table for model in all_models()} | OWN
    if unknown := sorted(set(connections[source].introspection.table_names()) - known):
        yield f"源数据库有不属于本系统的表 / tables that are not the service's: {', '.join(unknown)}"
    if tables := tables_in_use(target):
        yield f"目标已有数据（{len(tables)} 张表，如 {tables[0]}） / the target has rows in {len(tables)} table(s)"


def _copied(model: type[models.Model], source: str, target: str) -> Iterator[None]:
    """Each row of the table, once it has been handed to the target."""
    connection = connections[target]
    fields = [field for field in model._meta.local_concrete_fields if not getattr(field, "generated", False)]
    name = connection.ops.quote_name
    columns = ", ".join(name(str(field.column)) for field in fields)
    # Names of our own tables and columns, and no value.
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {name(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    rows = model._base_manager.using(source).order_by("pk").values_list(*(field.attname for field in fields))
    batch: list[list[Any]] = []
    for row in rows.iterator(chunk_size=BATCH):
        batch.append([field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)])
        if len(batch) == BATCH:
            yield from _written(model, target, statement, batch)
            batch = []
    yield from _written(model, target, statement, batch)


def _written(model: type[models.Model], target: str, statement: str, batch: list[list[Any]]) -> Iterator[None]:
    if batch:
        try:
            with connections[target].cursor() as cursor:
                cursor.executemany(statement, batch)
        except (DatabaseError, ValueError) as error:
            span = f"{batch[0][0]}–{batch[-1][0]}"
            raise CannotMove(f"{model._meta.db_table} {span}: {error}") from error
    for _row in batch:
        yield None
