"""Real processes on PostgreSQL and Redis: two beats started by mistake, and four workers that sweep at once."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines import pulse
from ethicsreview.deadlines.models import Deadline, Pulse
from ethicsreview.notices.broker import depth, publish
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from tests.ethicsreview.notices.conftest import (
    Start,
    celery_worker_process,
    eventually,
    kill,
    of_the_tests,
)

from .conftest import Review

__all__ = ["celery_worker_process"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
# As config starts it, with seconds in the place of minutes.
BEAT = """
from datetime import timedelta
from config.celery import app
app.loader.import_default_modules()
from config import beat
beat.LEASE, beat.LOOK_EVERY = timedelta(seconds=3), 0.2
app.conf.beat_schedule = {{"sweep": {{"task": "deadlines.sweep", "schedule": 0.5}}}}
app.start(["beat", "--schedule", {file!r}])
"""
ROWS = 200


@pytest.fixture
def start_beat(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        script = BEAT.format(file=str(tmp_path / f"beat-{len(started)}"))
        with (tmp_path / f"beat-{len(started)}.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-c", script],
                cwd=settings.BASE_DIR,
                env=os.environ | of_the_tests(tmp_path),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def leader() -> str:
    return (
        Pulse.objects.filter(name=pulse.BEAT, until__gt=timezone.now()).values_list("holder", flat=True).first() or ""
    )


def sent_within(seconds: float) -> int:
    before = depth() or 0
    began = timezone.now()
    eventually(lambda: timezone.now() - began >= timedelta(seconds=seconds), seconds=seconds + 5)
    return (depth() or 0) - before


def test_of_two_beats_one_works_and_the_other_takes_over_when_it_is_killed(
    start_beat: Callable[[], subprocess.Popen[bytes]],
) -> None:
    beats = {process.pid: process for process in (start_beat(), start_beat())}
    eventually(lambda: bool(leader()), seconds=60)
    first = leader()
    eventually(lambda: (depth() or 0) > 0, seconds=30)

    both = sent_within(6)
    still = leader()
    kill(beats[int(first.rpartition(":")[2])])
    eventually(lambda: leader() not in {"", first}, seconds=30)
    alone = sent_within(6)

    # One message each half second: twelve, and twenty-four if both worked.
    assert still == first
    assert 8 <= both <= 14
    assert 8 <= alone <= 14


def test_four_workers_sweep_and_nothing_is_done_twice(
    celery_worker_process: Start, begin: Callable[..., Deadline], appoint: Callable[..., Person]
) -> None:
    appoint("secretary", "secretary")
    appoint("chair", "chair")
    now = timezone.now()
    for number in range(ROWS):
        due = {"due_at": now - timedelta(minutes=1), "length": 0, "unit": "fixed", "at": now - timedelta(days=3)}
        begin(Review(f"R2026-{number:06}"), **due, ladder=[-timedelta(days=1)])
    for _number in range(4):
        celery_worker_process()

    for _number in range(12):
        publish("deadlines.sweep")

    eventually(lambda: not Deadline.objects.to_sweep(timezone.now()).exists(), seconds=60)
    eventually(lambda: depth() == 0, seconds=30)
    told = Counter(Notice.objects.values_list("key", "object_ref"))
    assert Counter(key for key, _ref in told) == {"deadline.breach": ROWS, "deadline.escalation": ROWS}
    assert set(told.values()) == {1}
    breaches = Counter(Entry.objects.filter(step="deadline_breached").values_list("object_ref", flat=True))
    assert (len(breaches), set(breaches.values())) == (ROWS, {1})
    rows = Deadline.objects.all()
    assert {tuple(one["change"] for one in row.history) for row in rows} == {("skipped", "escalated")}
