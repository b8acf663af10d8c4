"""Doing the work: one job at a time, claimed by a lease, in pieces, with one commit at its end.

A worker that is killed leaves a file that nobody sees and a row whose lease runs out. Whoever comes next begins the
job again, in the same place, so that nothing is left beside it.
"""

import os
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.request_id import request_id
from ethicsreview.documents.digest import sm3
from ethicsreview.trail.record import Record, append
from ethicsreview.work.kinds import KINDS, Cancelled, Failed, Lost, Made
from ethicsreview.work.models import Job, State

log = structlog.get_logger(__name__)
# Renewed with every piece; no piece takes nearly so long.
LEASE = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)
# A page looks every two seconds: to write oftener tells nobody anything.
TELL_EVERY = 0.5


def run_waiting(now: Callable[[], datetime] = timezone.now, *, most: int = 1) -> int:
    """Do up to so many jobs that wait; how many were taken. Any number of workers may, at once."""
    taken = 0
    while taken < most and (job := claim(now())) is not None:
        taken += 1
        if job.state == State.RUNNING:
            _do(job, now)
    return taken


def claim(at: datetime) -> Job | None:
    """The next job, with a lease; or one that is over with that, because it was to be stopped or died too often."""
    with transaction.atomic():
        job = Job.objects.to_run(at).select_for_update(skip_locked=True, of=("self",)).first()
        if job is None:
            return None
        if job.cancel_asked_at is not None:
            _end(job, State.CANCELLED, at)
        elif job.attempts >= settings.WORK_ATTEMPTS:
            with translation.override(job.language):
                _end(
                    job,
                    State.FAILED,
                    at,
                    error=_("多次中断，没有完成；请稍后重新申请，或联系运维人员。"),
                    fault="WorkerDied",
                )
        else:
            job.state, job.claim, job.attempts = State.RUNNING, secrets.token_hex(20), job.attempts + 1
            job.done, job.total, job.step = 0, None, ""
            job.beaten_at, job.next_try_at = at, at + LEASE
        job.save()
    return job


class Work:
    """One attempt at one job: what its kind is handed (`kinds.Running`)."""

    def __init__(self, job: Job, now: Callable[[], datetime]) -> None:
        self.job, self.now = job, now
        self.out = Path(job.path(".part"))
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self._told = 0.0

    @property
    def given(self) -> Path:
        return Path(self.job.path(".in"))

    @property
    def asker(self) -> Person:
        """Raises Failed, if the account has been closed meanwhile."""
        person = self.job.asked_by
        if person is None or not person.is_active:
            raise Failed(_("申请人的账号已停用。"))
        return person

    def tell(self, done: int, total: int | None = None, words: str = "") -> None:
        """Between two pieces: keeps the lease, and shows how far it is. Raises Cancelled or Lost."""
        new_step = bool(words) and words != self.job.step
        if not new_step and time.monotonic() - self._told < TELL_EVERY:
            return
        self._told = time.monotonic()
        at = self.now()
        self.job.done, self.job.total = done, total if total is not None else self.job.total
        self.job.step = words[:200] or self.job.step
        mine = Job.objects.filter(pk=self.job.pk, claim=self.job.claim, state=State.RUNNING)
        terms = {"done": done, "total": self.job.total, "step": self.job.step}
        if mine.filter(cancel_asked_at=None).update(beaten_at=at, next_try_at=at + LEASE, **terms):
            return
        raise Cancelled if mine.exists() else Lost


def _do(job: Job, now: Callable[[], datetime]) -> None:
    work = Work(job, now)
    with request_id(job.request_id), translation.override(job.language):
        try:
            kind = KINDS.get(job.kind)
            if kind is None:
                raise Failed(_("本系统已不办理这类任务。"))
            made = kind.run(work)
            _finish(work, made)
        except Lost:
            log.warning("job_lost", job=job.ref, kind=job.kind)
        except Cancelled:
            _settle(work, State.CANCELLED)
        except Failed as failed:
            _settle(work, State.FAILED, error=str(failed), fault="Failed")
        except Exception as error:
            log.exception("job_failed", job=job.ref, kind=job.kind)
            _again(work, type(error).__name__)


def _finish(work: Work, made: Made) -> None:
    """The file under its own name, then one commit: the row, and the entry in the trail."""
    job = work.job
    if made.name:
        with work.out.open("rb") as file:
            os.fsync(file.fileno())
            job.size, job.digest = os.fstat(file.fileno()).st_size, sm3(file)
    with transaction.atomic():
        row = _mine(work)
        if row.cancel_asked_at is not None:
            raise Cancelled
        at = work.now()
        _end(row, State.DONE, at)
        row.done = row.total = max(work.job.total or 0, work.job.done) or 1
        row.summary = made.summary
        if made.name:
            os.replace(work.out, job.path())
            row.result_name, row.media_type, row.size, row.digest = made.name, made.media_type, job.size, job.digest
        row.save()
        if made.subject is not None:
            append(_record(row, made, at))
    Path(job.path(".in")).unlink(missing_ok=True)


def _record(job: Job, made: Made, at: datetime) -> Record:
    assert made.subject is not None
    who = job.asked_by
    facts = {"job": job.ref, "kind": job.kind, "file": job.result_name, "sm3": job.digest, **made.facts}
    return Record(
        subject=made.subject,
        object=made.object or made.subject,
        step=made.step,
        at=at,
        actor=("person", who.username, who.name) if who is not None else ("system", "", "系统"),
        facts=facts,
        request_id=job.request_id,
    )


def _mine(work: Work) -> Job:
    row = Job.objects.select_for_update(of=("self",)).select_related("asked_by")
    found = row.filter(pk=work.job.pk, claim=work.job.claim, state=State.RUNNING).first()
    if found is None:
        raise Lost
    return found


def _settle(work: Work, state: State, *, error: str = "", fault: str = "") -> None:
    try:
        with transaction.atomic():
            row = _mine(work)
            _end(row, state, work.now(), error=error, fault=fault)
            row.save()
    except Lost:
        return
    remove_files(work.job, ".part", ".in")


def _again(work: Work, fault: str) -> None:
    """Something went wrong that may pass: once more, a little later each time; at last it is told."""
    if work.job.attempts >= settings.WORK_ATTEMPTS:
        words = _("办理中出现故障，没有完成；请稍后重新申请，仍不成功的，请将任务编号告知运维人员。")
        _settle(work, State.FAILED, error=words, fault=fault)
        return
    Job.objects.filter(pk=work.job.pk, claim=work.job.claim, state=State.RUNNING).update(
        state=State.QUEUED, claim="", next_try_at=work.now() + PAUSE * work.job.attempts, fault=fault, step=""
    )
    work.out.unlink(missing_ok=True)


def _end(job: Job, state: State, at: datetime, *, error: str = "", fault: str = "") -> None:
    job.state, job.ended_at, job.claim, job.step = state, at, "", ""
    job.error, job.fault = error, fault
    # What gave nothing has nothing to be kept; its files go with the next clearing, should they still be there.
    job.keep_until = at + timedelta(days=settings.WORK_KEPT_DAYS) if state == State.DONE else at


def clear(at: datetime, *, most: int = 500) -> int:
    """Remove the files of what was kept long enough; the row still says that it was done."""
    jobs = list(Job.objects.to_clear(at).order_by("keep_until", "pk")[:most])
    for job in jobs:
        remove_files(job, "", ".part", ".in")
        Job.objects.filter(pk=job.pk).update(cleared_at=at)
    return len(jobs)


def remove_files(job: Job, *endings: str) -> None:
    for ending in endings:
        Path(job.path(ending)).unlink(missing_ok=True)
