"""What the database itself does where a row has changed: whichever way it was changed, by a step, a seed or an import,
in the same transaction and with no statement more.

Put in place after every `migrate`: SQLite drops a table's triggers when a migration rebuilds it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections

from ethicsreview.trail.triggers import present


@dataclass(frozen=True)
class Trigger:
    """`does`: statements on the row NEW, in SQL that both databases read. `columns`: of an update, those of which one
    must have changed; empty for any. `only`: a condition on OLD and NEW. `uses`: the tables it writes to.
    """

    purpose: str
    model: str
    does: tuple[str, ...]
    uses: frozenset[str]
    columns: tuple[str, ...] = ()
    events: tuple[str, ...] = ("insert", "update")
    only: str = ""

    @property
    def table(self) -> str:
        return apps.get_model(self.model)._meta.db_table

    def name(self, event: str) -> str:
        return f"{self.purpose}_{self.table}_{event}"


def install(triggers: Iterable[Trigger], using: str = DEFAULT_DB_ALIAS) -> None:
    """(Re)place those whose tables exist."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in triggers:
            if {trigger.table, *trigger.uses} <= tables:
                for statement in _statements(connection.vendor, trigger):
                    cursor.execute(statement)


def missing(triggers: Iterable[Trigger], using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The tables whose changes would not be heeded."""
    there = present(using)
    return [one.table for one in triggers if not {one.name(event) for event in one.events} <= there]


def _statements(vendor: str, trigger: Trigger) -> Iterator[str]:
    """Names of ours and no value."""
    postgres = vendor == "postgresql"
    function = f"{trigger.purpose}_{trigger.table}"
    does = "; ".join(trigger.does)
    if postgres:
        body = f"$$ BEGIN {does}; RETURN NULL; END $$"
        yield f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}"
    differs = "IS DISTINCT FROM" if postgres else "IS NOT"
    for event in trigger.events:
        terms = [trigger.only] if trigger.only else []
        if event == "update" and trigger.columns:
            changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in trigger.columns)
            terms.append(f"({changed})")
        if postgres:
            # A copy of a whole installation brings along what was kept (`operating.moving`).
            terms.append("current_setting('ethicsreview.copying', true) IS DISTINCT FROM 'on'")
        when = f" WHEN ({' AND '.join(terms)})" if terms else ""
        name, table = trigger.name(event), trigger.table
        if postgres:
            yield (
                f"CREATE OR REPLACE TRIGGER {name} AFTER {event.upper()} ON {table} "
                f"FOR EACH ROW{when} EXECUTE FUNCTION {function}()"
            )
        else:
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table}{when} BEGIN {does}; END"
