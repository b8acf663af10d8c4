"""The database itself appends a `Change` where a row changes that is counted: whichever way it was written, by a step,
a seed or an import, in the same transaction and with no statement more.

Put in place after every `migrate`, as those that keep the record are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections

PREFIX = "count_"
DECISION = "review.decision"
OF_REVIEW = "(SELECT project_id FROM reviews_review WHERE id = NEW.review_id)"
OF_SUBJECT = "(SELECT id FROM reviews_project WHERE ref = NEW.subject_ref)"


@dataclass(frozen=True)
class Watched:
    """`key`: SQL for the object that is to be counted anew. `columns`: what of the row is counted."""

    model: str
    kind: str
    key: str
    columns: tuple[str, ...]
    events: tuple[str, ...] = ("insert", "update")
    only: str = ""


WATCHED = (
    Watched("reviews.Project", "project", "NEW.id", ("region", "field"), ("update",)),
    Watched("reviews.RiskAssessment", "project", "NEW.project_id", ("high_risk",), ("update",)),
    Watched(
        "reviews.Review",
        "project",
        "NEW.project_id",
        ("state", "procedure", "submitted_at", "accepted_at", "concluded_at", "listed", "assessment_id"),
    ),
    Watched("reviews.FollowUp", "project", "NEW.project_id", ("state", "due_on")),
    Watched("reviews.Decision", "project", OF_REVIEW, (), ("insert",)),
    Watched(
        "deadlines.Deadline",
        "project",
        OF_SUBJECT,
        ("due_at", "closed_at", "paused_at"),
        only=f"NEW.kind = '{DECISION}' AND NEW.subject_kind = 'project'",
    ),
    # Every step on a committee, its seats and papers saves its row.
    Watched("committees.Committee", "committee", "NEW.body_ptr_id", ()),
)


def install(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """(Re)place the triggers of every table that exists."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if "reviews_change" not in tables:
        return
    with connection.cursor() as cursor:
        for watched in WATCHED:
            table = apps.get_model(watched.model)._meta.db_table
            if table in tables:
                for statement in _statements(connection.vendor, table, watched):
                    cursor.execute(statement)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The tables whose changes would not be told."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    tables = [(apps.get_model(watched.model)._meta.db_table, watched.events) for watched in WATCHED]
    return [table for table, events in tables if not {f"{PREFIX}{table}_{event}" for event in events} <= present]


def _statements(vendor: str, table: str, watched: Watched) -> Iterator[str]:
    postgres = vendor == "postgresql"
    # Names of ours and no value. What is not there any more (no project by that number) is no change.
    insert = f"INSERT INTO reviews_change (kind, key) SELECT '{watched.kind}', {watched.key}"
    insert += f" WHERE {watched.key} IS NOT NULL"
    function = f"{PREFIX}{table}"
    if postgres:
        yield (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {insert}; RETURN NULL; END $$"
        )
    differs = "IS DISTINCT FROM" if postgres else "IS NOT"
    for event in watched.events:
        name = f"{PREFIX}{table}_{event}"
        terms = [watched.only] if watched.only else []
        if event == "update" and watched.columns:
            changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in watched.columns)
            terms.append(f"({changed})")
        if postgres:
            # A copy of a whole installation brings its counters along (`operating.moving`).
            terms.append("current_setting('ethicsreview.copying', true) IS DISTINCT FROM 'on'")
        when = f" WHEN ({' AND '.join(terms)})" if terms else ""
        if postgres:
            yield (
                f"CREATE OR REPLACE TRIGGER {name} AFTER {event.upper()} ON {table} "
                f"FOR EACH ROW{when} EXECUTE FUNCTION {function}()"
            )
        else:
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table}{when} BEGIN {insert}; END"
