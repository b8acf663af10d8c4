"""Asking for work, and asking for it to be stopped."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language

from ethicsreview.accounts.models import Person, Sequence
from ethicsreview.accounts.request_id import current_request_id
from ethicsreview.notices.broker import publish
from ethicsreview.trail.digest import digest
from ethicsreview.work.kinds import KINDS, AskForm, Kind
from ethicsreview.work.models import UNENDED, Job, State

TASK = "work.run"


def ask(
    kind: str,
    *,
    by: Person | None,
    at: datetime,
    title: str,
    terms: Mapping[str, Any] | None = None,
    file: "File[Any] | None" = None,
    back: str = "",
    once: str = "",
) -> Job:
    """Write the job down, in the caller's transaction, and wake a worker after the commit.

    `by`: None is the service itself. `once`: while one of that name is not over, it is given back instead of a second.
    `back`: the page from which it was asked for. If the transaction is undone, a `file` is left that nobody can find.
    """
    assert kind in KINDS, kind
    job = Job(
        kind=kind,
        title=title[:300],
        asked_by=by,
        asked_at=at,
        language=get_language() or "zh-hans",
        terms=dict(terms or {}),
        back=back,
        once=once,
        next_try_at=at,
        request_id=current_request_id(),
    )
    try:
        with transaction.atomic():
            year = timezone.localtime(at).year
            job.ref = f"J{year}-{Sequence.take(f'J{year}'):06d}"
            if file is not None:
                job.given_name = Path(file.name or "").name[:255]
                _keep(job, file)
            job.save(force_insert=True)
    except IntegrityError:
        if once and (there := Job.objects.unended().filter(once=once).first()) is not None:
            return there
        raise
    transaction.on_commit(partial(publish, TASK))
    return job


def ask_by_form(form: AskForm, kind: Kind, *, at: datetime, back: str = "") -> Job:
    """What a person has filled in, and is valid. Pressed twice, or asked for again while it is under way, it is one."""
    person = form.standing.person
    assert person is not None
    terms, files = form.terms(), [form.cleaned_data[name] for name in form.files if name in form.cleaned_data]
    once = "" if files else f"{kind.name}:{person.pk}:{digest(terms, 'sha256')}"
    title = form.title(str(kind.label))
    return ask(
        kind.name, by=person, at=at, title=title, terms=terms, file=files[0] if files else None, back=back, once=once
    )


def _keep(job: Job, file: "File[Any]") -> None:
    path = Path(job.path(".in"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)


def cancel(job: Job, at: datetime) -> bool:
    """Stop it: at once if nobody has begun, else between two pieces. False if it was over already."""
    queued = Job.objects.filter(pk=job.pk, state=State.QUEUED)
    if queued.update(state=State.CANCELLED, cancel_asked_at=at, ended_at=at, keep_until=at, step=""):
        return True
    return bool(Job.objects.filter(pk=job.pk, state__in=UNENDED, cancel_asked_at=None).update(cancel_asked_at=at))
