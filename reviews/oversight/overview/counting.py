"""Counting: what has changed is read afresh, and the counters take the difference. Repeated it changes nothing; two at
once take turns.
"""

import time
from collections import Counter as Tally
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models import Sum as SumOf

from committees.models import Committee
from ethicsreview.deadlines.calendar import law_day
from reviews.models import Change, Counted, Counter, Counting, Review
from reviews.models.counting.kept import Kind
from reviews.models.triggers import missing
from reviews.oversight.overview.facts import Facts, of_committees, of_projects, owing_a_look
from reviews.rules.counting import Cell, cells

BATCH = 500
COMMITTEES = 50
SECONDS = 40.0  # of a beat's minute


def count_pending(at: datetime, *, seconds: float = SECONDS) -> int:
    """Count everything that has changed, in batches, for as long as that; returns how many changes were taken in."""
    ends, taken = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        done = count_some(at)
        if not done:
            break
        taken += done
    return taken


def count_some(at: datetime, *, most: int = BATCH) -> int:
    """One batch, in one transaction; 0 where nothing is left, or another worker is at it."""
    with transaction.atomic():
        if not _turn():
            return 0
        # The changes are read first, then the objects: one that commits in between is counted twice over, not missed.
        changes = list(Change.objects.order_by("pk").values_list("pk", "kind", "key")[:most])
        projects = {key for _pk, kind, key in changes if kind == Kind.PROJECT}
        committees = {key for _pk, kind, key in changes if kind == Kind.COMMITTEE}
        looked = set() if changes else set(owing_a_look(at, COMMITTEES))
        _count(Kind.PROJECT, projects, of_projects(projects), at)
        _count(Kind.COMMITTEE, committees | looked, of_committees(committees | looked, at), at)
        Change.objects.filter(pk__in=[pk for pk, _kind, _key in changes]).delete()
        _turned(at)
        return len(changes) + len(looked)


def _turn() -> bool:
    """The lock of the one row, or not: a worker that finds another at it leaves it to that one."""
    Counting.objects.get_or_create(pk=1)
    try:
        with transaction.atomic():
            Counting.objects.select_for_update(nowait=connection.features.has_select_for_update_nowait).get(pk=1)
    except DatabaseError:
        return False
    return True


def _turned(at: datetime) -> None:
    Counting.objects.filter(pk=1).update(turns=F("turns") + 1, at=at)
    Counter.objects.filter(number=0).delete()


def _count(kind: str, keys: Collection[int], now: dict[int, Facts], at: datetime) -> None:
    if not keys:
        return
    before = dict(Counted.objects.filter(kind=kind, key__in=keys).values_list("key", "facts"))
    difference: Tally[Cell] = Tally()
    for key in keys:
        difference.update(cells(now.get(key, {})))
        difference.subtract(cells(before.get(key, {})))
    kept = [Counted(kind=kind, key=key, facts=now.get(key, {}), day=law_day(at)) for key in keys]
    Counted.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["facts", "day"]
    )
    _add(difference)


def _add(difference: "Tally[Cell]") -> None:
    rows = [(*cell, number) for cell, number in sorted(difference.items()) if number]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO reviews_counter (measure, period, region, field, procedure, detail, number) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (measure, period, region, field, procedure, detail) "
            "DO UPDATE SET number = reviews_counter.number + excluded.number",
            rows,
        )


# --- held against the rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """`what`: an object by kind and number, or a counter; what is kept of it, and what the rows say."""

    what: str
    kept: Any
    rows: Any

    def __str__(self) -> str:
        return f"{self.what}: {self.kept} ≠ {self.rows}"


def check(at: datetime, *, mend: bool = False) -> Iterator[Difference]:
    """Every difference between what is kept and what the rows say; with `mend`, put right as well.

    In one transaction under the lock of the counting, so that nothing is counted meanwhile. What changed and waits to
    be counted is no difference.
    """
    for table in missing():
        yield Difference(f"trigger {table}", "—", "count_…")
    with transaction.atomic():
        Counting.objects.get_or_create(pk=1)
        Counting.objects.select_for_update().get(pk=1)
        for kind, keys in _all():
            yield from _checked(kind, keys, at, mend=mend)
        yield from _totals(mend=mend)
        _turned(at)


def _all() -> Iterator[tuple[str, list[int]]]:
    """Every object that is counted or should be, in batches."""
    known = Review.objects.exclude(state=Review.State.DRAFT).order_by().values_list("project_id", flat=True)
    for kind, sources in (
        (Kind.PROJECT, (known.distinct(), Counted.objects.filter(kind=Kind.PROJECT).values_list("key", flat=True))),
        (
            Kind.COMMITTEE,
            (
                Committee.objects.order_by().values_list("pk", flat=True),
                Counted.objects.filter(kind=Kind.COMMITTEE).values_list("key", flat=True),
            ),
        ),
    ):
        keys = sorted({key for source in sources for key in source.iterator(chunk_size=10 * BATCH)})
        for start in range(0, len(keys), BATCH):
            yield kind, keys[start : start + BATCH]


def _checked(kind: str, keys: list[int], at: datetime, *, mend: bool) -> Iterator[Difference]:
    kept = dict(Counted.objects.filter(kind=kind, key__in=keys).values_list("key", "facts"))
    now = of_projects(keys) if kind == Kind.PROJECT else of_committees(keys, at)
    differing = [key for key in keys if kept.get(key, {}) != now.get(key, {})]
    if mend:
        _count(kind, differing, now, at)
    waiting = set(Change.objects.filter(kind=kind, key__in=differing).values_list("key", flat=True))
    if kind == Kind.COMMITTEE:
        day = law_day(at)
        waiting |= set(Counted.objects.filter(kind=kind, key__in=differing, day__lt=day).values_list("key", flat=True))
    for key in differing:
        if key not in waiting:
            yield Difference(f"{kind} {key}", kept.get(key, {}), now.get(key, {}))


def _totals(*, mend: bool) -> Iterator[Difference]:
    should: Tally[Cell] = Tally()
    for facts in Counted.objects.order_by().values_list("facts", flat=True).iterator(chunk_size=10 * BATCH):
        should.update(cells(facts))
    rows = Counter.objects.order_by().values_list("measure", "period", "region", "field", "procedure", "detail")
    does: Tally[Cell] = Tally()
    for *cell, number in rows.annotate(total=SumOf("number")).iterator(chunk_size=10 * BATCH):
        measure, period, region, field, procedure, detail = cell
        does[(measure, period, region, field, procedure, detail)] = number
    wrong: Tally[Cell] = Tally()
    for one in sorted(should.keys() | does.keys()):
        if should[one] != does[one]:
            wrong[one] = should[one] - does[one]
            yield Difference(" ".join(part or "-" for part in one), does[one], should[one])
    if mend:
        _add(wrong)
