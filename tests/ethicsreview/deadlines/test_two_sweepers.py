"""Several sweeps at once, and a sweep beside a step: row locks decide, so PostgreSQL it is."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines import sweep
from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Chain, Entry

from .conftest import DUE, Review

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SWEEPERS = 4


@contextmanager
def own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


def test_four_sweepers_do_each_row_once(begin: Callable[..., Deadline], appoint: Callable[..., Person]) -> None:
    appoint("secretary", "secretary")
    appoint("chair", "chair")
    for number in range(120):
        begin(Review(f"R2026-{number:06}"))
    together = Barrier(SWEEPERS)

    def run(_number: int) -> int:
        with own_connection():
            together.wait()
            return sweep.sweep(DUE, limit=10).visited

    with ThreadPoolExecutor(SWEEPERS) as pool:
        visited = list(pool.map(run, range(SWEEPERS)))

    assert sum(visited) == 120
    assert Entry.objects.filter(step="deadline_breached").values("object_ref").distinct().count() == 120
    assert Entry.objects.count() == 120
    assert Notice.objects.filter(key="deadline.breach").count() == 120
    assert Notice.objects.filter(key="deadline.escalation").count() == 120


def test_sweep_passes_over_a_subject_that_a_step_is_writing(
    begin: Callable[..., Deadline], appoint: Callable[..., Person]
) -> None:
    appoint("secretary", "secretary")
    free, busy = Review("R2026-000001"), Review("R2026-000002")
    begin(free)
    begin(busy)
    for review in (free, busy):
        Chain.objects.create(subject_kind="project", subject_ref=review.subject().ref)
    locked, swept_once = Event(), Event()

    def step() -> None:
        with own_connection(), transaction.atomic():
            Chain.objects.select_for_update().get(subject_ref=busy.subject().ref)
            locked.set()
            assert swept_once.wait(10)
            # The step goes on to the deadline: had the sweep waited for the chain, both would hang here.
            Deadline.objects.of(busy).select_for_update().get()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(step)
        assert locked.wait(10)
        first = sweep.sweep(DUE)
        swept_once.set()
        running.result(10)
    second = sweep.sweep(DUE)

    assert (first.breached, second.breached) == (1, 1)
    assert list(Entry.objects.order_by("pk").values_list("object_ref", flat=True)) == [free.ref, busy.ref]
