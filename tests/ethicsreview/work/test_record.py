"""The daily seal by itself, and the whole record to take along."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ethicsreview.accounts.models import Person
from ethicsreview.trail.models import Seal
from ethicsreview.trail.record import Record, append
from ethicsreview.work import running
from ethicsreview.work.asking import ask
from ethicsreview.work.models import Job
from ethicsreview.work.record import SEAL, WHOLE, ask_for_seal

pytestmark = pytest.mark.django_db
# Ten in the morning of the second, in Asia/Shanghai.
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def recorded(tmp_path: Path, settings: Any) -> None:
    settings.SEALS_DIR = tmp_path / "seals"
    with transaction.atomic():
        append(
            Record(
                subject=("project", "P1"), object=("project", "P1"), step="begun", at=AT, actor=("person", "a", "甲")
            )
        )


def test_yesterday_is_sealed_once_and_its_file_is_whole(settings: Any) -> None:
    job = ask_for_seal(AT)
    assert job is not None
    assert ask_for_seal(AT) is None

    running.run_waiting(lambda: AT)

    job.refresh_from_db()
    assert (job.state, Seal.objects.get().day) == ("done", date(2026, 3, 1))
    assert [path.name for path in settings.SEALS_DIR.iterdir()] == ["seal-2026-03-01.jsonl"]
    assert Seal.objects.get().digest in job.summary
    assert ask_for_seal(AT) is None


def test_a_seal_that_failed_is_left_to_an_operator(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.SEALS_DIR = tmp_path / "file" / "seals"  # no folder can be made there
    settings.WORK_ATTEMPTS = 1
    job = ask_for_seal(AT)
    assert job is not None

    running.run_waiting(lambda: AT)

    job.refresh_from_db()
    assert (job.kind, job.state, Seal.objects.count(), ask_for_seal(AT)) == (SEAL, "failed", 0, None)


def test_an_operator_takes_the_whole_record_and_nobody_who_is_one_no_more(operator: Person, other: Person) -> None:
    taken = ask(WHOLE, by=operator, at=AT, title="全部留痕")
    refused = ask(WHOLE, by=other, at=AT, title="全部留痕")

    running.run_waiting(lambda: AT, most=2)

    taken.refresh_from_db()
    refused.refresh_from_db()
    [line] = Path(taken.path()).read_text().splitlines()
    assert json.loads(line)["subject"] == "project:P1"
    assert (refused.state, Job.objects.filter(state="done").count()) == ("failed", 1)
