"""A job through its states; what a cancelled, failed or lost one leaves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from ethicsreview.accounts.models import Person
from ethicsreview.trail.models import Entry
from ethicsreview.work import running
from ethicsreview.work.asking import ask, cancel
from ethicsreview.work.kinds import KINDS, Made, Running, kind
from ethicsreview.work.models import Job

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def asked(person: Person | None, name: str = "test.pieces", **terms: object) -> Job:
    return ask(name, by=person, at=AT, title="试一试", terms={"pieces": 3} | terms)


def run(job: Job, at: datetime = AT) -> Job:
    running.run_waiting(lambda: at)
    return Job.objects.get(pk=job.pk)


def files() -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def meanwhile(name: str, act: Callable[[Job], object]) -> None:
    """A kind during whose work something happens, after half of its file is written."""

    @kind(name, label=name)
    def disturbed(work: Running) -> Made:
        work.out.write_bytes(b"half")
        act(work.job)
        work.tell(1, 2, "另一半")
        return Made("全了", "whole.txt", "text/plain")


def test_a_job_is_done_with_its_result_its_digest_and_its_entry_in_the_trail(person: Person) -> None:
    job = run(asked(person))

    assert (job.state, job.done, job.total, job.attempts, job.summary) == ("done", 3, 3, 1, "都写好了")
    assert Path(job.path()).read_bytes() == b"piece\n" * 3
    assert (job.size, len(job.digest), files()) == (18, 64, [job.token])
    entry = Entry.objects.get(step="exported")
    assert (str(entry.chain), entry.actor_name, entry.facts["sm3"]) == ("person:secretary", "李秘书", job.digest)


def test_a_job_asked_for_in_a_transaction_that_is_undone_was_never_asked_for(person: Person) -> None:
    with transaction.atomic():
        asked(person)
        transaction.set_rollback(True)

    assert (Job.objects.count(), running.run_waiting(lambda: AT)) == (0, 0)


def test_what_is_under_way_is_not_asked_for_twice_and_may_be_asked_for_again_after(person: Person) -> None:
    first = ask("test.pieces", by=person, at=AT, title="一", terms={"pieces": 1}, once="one")

    second = ask("test.pieces", by=person, at=AT, title="一", terms={"pieces": 1}, once="one")

    assert second == first
    run(first)
    assert ask("test.pieces", by=person, at=AT, title="一", once="one") != first


def test_stopped_before_it_began_it_never_begins(person: Person) -> None:
    job = asked(person)

    assert cancel(job, AT)

    assert (run(job).state, files(), cancel(job, AT)) == ("cancelled", [], False)


def test_stopped_between_two_pieces_it_leaves_nothing(person: Person) -> None:
    meanwhile("test.stopped", lambda job: cancel(job, AT))

    job = run(asked(person, "test.stopped"))

    assert (job.state, job.result_name, files()) == ("cancelled", "", [])


def test_stopped_when_all_was_done_but_the_commit_it_leaves_nothing(person: Person) -> None:
    @kind("test.late", label="晚")
    def late(work: Running) -> Made:
        work.out.write_bytes(b"whole")
        cancel(work.job, AT)
        return Made("全了", "whole.txt", "text/plain")

    job = run(asked(person, "test.late"))

    assert (job.state, files()) == ("cancelled", [])


def test_what_cannot_be_done_says_so_at_once_in_words(person: Person) -> None:
    job = run(asked(person, "test.refused"))

    assert (job.state, job.error, job.attempts, files()) == ("failed", "文件不能读，请另存后再试。", 1, [])


def test_what_breaks_is_tried_again_later_and_told_without_its_insides(person: Person) -> None:
    job = run(asked(person, "test.broken"))
    assert (job.state, job.fault, files()) == ("queued", "RuntimeError", [])
    assert run(job, AT + MINUTE / 2).attempts == 1

    run(job, AT + MINUTE)
    job = run(job, AT + 3 * MINUTE)

    assert (job.state, job.attempts, files()) == ("failed", settings.WORK_ATTEMPTS, [])
    assert "secret" not in job.error


def test_a_worker_thought_dead_changes_nothing_when_it_comes_back(person: Person) -> None:
    def another_takes_it(job: Job) -> None:
        # Its lease has run out, and the job is claimed anew.
        again = running.claim(AT + running.LEASE)
        assert again is not None
        assert again.claim != job.claim

    meanwhile("test.slow", another_takes_it)

    job = run(asked(person, "test.slow"))

    assert (job.state, job.attempts, job.result_name) == ("running", 2, "")


def test_a_lease_that_ran_out_too_often_fails_and_one_to_be_stopped_is_stopped(person: Person) -> None:
    tired, stopped = asked(person), asked(person)
    for number in range(settings.WORK_ATTEMPTS):
        Job.objects.filter(pk=tired.pk).update(next_try_at=AT)
        assert running.claim(AT + number * MINUTE) is not None
    cancelled = running.claim(AT)
    assert cancelled is not None
    cancel(cancelled, AT)

    running.run_waiting(lambda: AT + running.LEASE * 2, most=5)

    assert Job.objects.get(pk=tired.pk).state == "failed"
    assert Job.objects.get(pk=tired.pk).fault == "WorkerDied"
    assert Job.objects.get(pk=stopped.pk).state == "cancelled"


def test_a_kind_that_is_gone_fails_in_words(person: Person) -> None:
    job = asked(person)
    KINDS.pop("test.pieces")

    assert run(job).error == "本系统已不办理这类任务。"


def test_nothing_is_made_for_an_account_that_was_closed(person: Person) -> None:
    job = asked(person)
    Person.objects.filter(pk=person.pk).update(is_active=False)

    assert (run(job).state, files()) == ("failed", [])


def test_a_result_is_kept_for_its_time_and_then_only_the_row(person: Person) -> None:
    job = run(asked(person))
    kept = timedelta(days=settings.WORK_KEPT_DAYS)
    running.clear(AT + kept - MINUTE)
    assert files() == [job.token]

    running.clear(AT + kept)

    job.refresh_from_db()
    assert (files(), job.has_result, job.result_name) == ([], False, "pieces.txt")


@pytest.mark.parametrize(
    "wrong",
    [{"state": "done", "ended_at": None}, {"result_name": "x.csv"}, {"state": "failed", "ended_at": AT, "error": ""}],
)
def test_the_database_refuses_what_cannot_be(person: Person, wrong: dict[str, object]) -> None:
    job = asked(person)

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**wrong)
