"""A real process, killed in the middle of its work."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils import timezone

from ethicsreview.accounts.models import Person
from ethicsreview.trail.models import Entry
from ethicsreview.work import running
from ethicsreview.work.asking import ask
from ethicsreview.work.models import Job
from tests.ethicsreview.notices.conftest import of_the_tests

# Half of the file is written, the page has been told of it, and the plug is pulled.
HALF = """
import django
django.setup()
import sys, time
from ethicsreview.work import running
from ethicsreview.work.kinds import kind
@kind("test.pieces", label="half")
def half(work):
    work.out.write_bytes(b"half of it")
    work.tell(1, 2, "half")
    print("half", flush=True)
    time.sleep(60)
running.run_waiting()
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_killed_half_way_leaves_nothing_half_made_and_the_next_worker_does_it(
    person: Person, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    job = ask("test.pieces", by=person, at=timezone.now(), title="试一试", terms={"pieces": 2})
    process = subprocess.Popen(
        [sys.executable, "-c", HALF],
        cwd=configured.BASE_DIR,
        env=os.environ | of_the_tests(tmp_path) | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"

    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    process.stdout.close()

    job.refresh_from_db()
    assert (job.state, job.done, job.result_name, job.has_result) == ("running", 1, "", False)
    assert not Path(job.path()).exists()
    assert Entry.objects.count() == 0
    assert running.run_waiting() == 0
    Job.objects.update(next_try_at=timezone.now())  # the lease runs out
    assert running.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, Path(job.path()).read_bytes()) == ("done", 2, b"piece\n" * 2)
    assert [path.name for path in (tmp_path / "media").rglob("*") if path.is_file()] == [job.token]
    assert Entry.objects.filter(step="exported").count() == 1
