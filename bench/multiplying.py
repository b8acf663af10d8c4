"""A large database out of a small one: every row again, in SQL, so many times, as a province of its own each time.

What the steps and the seeding wrote is written again under other keys and references; each copy refers to its own rows
alone. Digests are copied as they are, so the record of a copy does not verify: this is for measuring how pages and
steps fare among many rows, and for nothing else. Triggers are out of force meanwhile, which takes a superuser.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import connection, models

from committees.models import Committee
from ethicsreview.accounts.models import Sequence
from ethicsreview.deadlines.models import Pulse
from ethicsreview.trail.models import Seal, SigningKey
from reviews.models import Change, Counted, Counter, Counting, IndicatorWatch, Project

COUNTED = {"project": Project, "committee": Committee}
# Of the whole installation, not of what is in it.
SHARED: frozenset[type[Any]] = frozenset({Sequence, Change, Counter, Counting, Pulse, Seal, SigningKey, IndicatorWatch})
OURS = frozenset({"ethicsreview", "committees", "reviews"})
WIDTH = 3  # digits that are put after a reference, a name or a number that must not be there twice


def multiply(times: int, *, without: Collection[type[Any]] = ()) -> None:
    """Until there are so many for each one; of the models that are left out, no more than there are."""
    if not 1 < times < 10**WIDTH:
        raise ValueError(f"times must be from 2 to {10**WIDTH - 1}")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        copied = {model: _last(cursor, model) for model in _copied() if not {model, _root(model)} & set(without)}
        for model in copied:
            cursor.execute(_statement(model, copied, times))
        # Whole copies: each counts for as much as the first.
        cursor.execute(f"UPDATE {_quoted(Counter._meta.db_table)} SET number = number * {times}")  # noqa: S608
        for model, last in copied.items():
            if isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
                counting = f"pg_get_serial_sequence('{model._meta.db_table}', '{model._meta.pk.column}')"
                cursor.execute(f"SELECT setval({counting}, {last * times})")
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


def _copied() -> Iterator[type[Any]]:
    """What of our own has rows."""
    ours = {app.label for app in apps.get_app_configs() if app.name.partition(".")[0] in OURS}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in ours and model not in SHARED and model._base_manager.exists():
            yield model


def _root(model: type[Any]) -> type[Any]:
    """Whose keys its keys are: a committee's are a body's."""
    while model._meta.pk.is_relation:
        model = model._meta.pk.related_model
    return model


def _last(cursor: Any, model: type[Any]) -> int:
    root = _root(model)._meta
    cursor.execute(f"SELECT max({_quoted(root.pk.column)}) FROM {_quoted(root.db_table)}")  # noqa: S608
    return int(cursor.fetchone()[0])


def _statement(model: type[Any], copied: Mapping[type[Any], int], times: int) -> str:
    columns = model._meta.local_concrete_fields
    twice = set(_once(model))
    names = ", ".join(_quoted(column.column) for column in columns)
    values = ", ".join(_value(column, copied, column.name in twice) for column in columns)
    table = _quoted(model._meta.db_table)
    copies = f"{table}, generate_series(1, {times - 1}) AS copy"
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {copies}"  # noqa: S608


def _once(model: type[Any]) -> Iterator[str]:
    """The texts that must not be there twice, where nothing else tells the copies apart."""
    for column in model._meta.local_concrete_fields:
        if column.unique and _is_text(column):
            yield column.name
    for rule in model._meta.constraints:
        if not isinstance(rule, models.UniqueConstraint):
            continue
        names = rule.fields or [
            leaf.name for one in rule.expressions for leaf in one.flatten() if isinstance(leaf, models.F)
        ]
        columns = [model._meta.get_field(name) for name in names]
        if not any(column.is_relation or _is_reference(column) for column in columns):
            yield next(column.name for column in columns if _is_text(column))


def _is_text(column: Any) -> bool:
    return isinstance(column, models.CharField | models.TextField)


def _is_reference(column: Any) -> bool:
    return _is_text(column) and (column.name == "ref" or column.name.endswith("_ref"))


def _value(column: Any, copied: Mapping[type[Any], int], once: bool) -> str:
    name = _quoted(column.column)
    if column.is_relation or column.primary_key:
        target = column.related_model if column.is_relation else column.model
        return f"{name} + copy * {copied[target]}" if target in copied else name
    if column.model is Counted and column.name == "key":
        of = " ".join(f"WHEN '{kind}' THEN {copied.get(model, 0)}" for kind, model in COUNTED.items())
        return f"{name} + copy * CASE kind {of} END"
    if isinstance(column, models.UUIDField):
        return "gen_random_uuid()"
    if not (once or _is_reference(column)):
        return name
    longer, room = f"{name} || lpad(copy::text, {WIDTH}, '0')", column.max_length
    if room:
        # A number of eighteen signs has no room for three more.
        longer = f"CASE WHEN length({name}) > {room - WIDTH} THEN left(md5({longer}), {room}) ELSE {longer} END"
    return f"CASE WHEN {name} = '' THEN '' ELSE {longer} END"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
