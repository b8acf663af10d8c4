"""Carrying notices out: at least once, under a stable id, by any number of workers.

A worker claims a few rows (in one short transaction), sends them one by one outside any transaction, and
writes down the results. Killed in between, its claim runs out and another worker tries again.
"""

import smtplib
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from ethicsreview.notices import endpoints, robots, webhooks
from ethicsreview.notices.mail import Postbox, link_to
from ethicsreview.notices.models import Channel, Delivery, DeliveryState
from ethicsreview.notices.outside import Later, Refused
from ethicsreview.notices.sealing import Unreadable

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=10)
CLAIM_SIZE = 50
DIGEST_MAX = 200
# What was sent is written down together, and not later than this: after a kill no more than that goes out twice.
SETTLED_WITHIN = timedelta(seconds=1)
Clock = Callable[[], datetime]


def deliver(clock: Clock, *, urgent: bool = False) -> int:
    """Send all that is due, urgent first, or the urgent alone; returns how many were sent."""
    sent = 0
    postbox = Postbox()
    try:
        while claimed := claim(clock(), urgent=urgent):
            sent += _carry(claimed, postbox, clock)
    finally:
        postbox.close()
    return sent


def claim(at: datetime, size: int = CLAIM_SIZE, *, urgent: bool = False) -> list[Delivery]:
    """Take rows that are due, so that no other worker does until the claim runs out. An attempt counts from
    here: a message that kills its worker also comes to an end.
    """
    with transaction.atomic():
        due = Delivery.objects.to_try(at)
        rows = _locked(due.filter(urgent=True) if urgent else due, size)
        rows += _rest_of_digests(rows, at)
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            claimed_at=at, next_try_at=at + CLAIM, attempts=F("attempts") + 1
        )
    for row in rows:
        row.attempts += 1
    return rows


def back_off(attempts: int) -> timedelta:
    """Twice as long after each attempt, from the first wait to the longest."""
    longest = timedelta(minutes=settings.NOTICES_BACK_OFF_MAX)
    return min(timedelta(minutes=settings.NOTICES_BACK_OFF) * 2 ** min(attempts - 1, 20), longest)


def resend(at: datetime, rows: Iterable[int] | None = None) -> int:
    """Give dead letters (all, or those of these keys) their attempts again; returns how many there were.

    Somebody who sends again says that the mailbox is to be tried again, also one that sent letters back.
    """
    with transaction.atomic():
        dead = Delivery.objects.dead() if rows is None else Delivery.objects.dead().filter(pk__in=list(rows))
        again = dead.filter(Q(endpoint=None) | Q(endpoint__off_at=None, endpoint__removed_at=None))
        endpoints.forgive(again)
        keys = list(again.values_list("pk", flat=True))
        return (
            Delivery.objects.dead()
            .filter(pk__in=keys)
            .update(state=DeliveryState.PENDING, attempts=0, next_try_at=at, claimed_at=None, error="", batch=None)
        )


def _locked(rows: Any, size: int) -> list[Delivery]:
    locked = rows.select_for_update(skip_locked=True, of=("self",))
    return list(locked.select_related("notice__person", "event__body", "endpoint")[:size])


def _rest_of_digests(rows: Sequence[Delivery], at: datetime) -> list[Delivery]:
    """All that goes into the mails of which some rows were taken. A mail that was tried before stays as it was: its id
    is known outside; what came since is another mail.
    """
    mine = [row for row in rows if row.digest]
    if not mine:
        return []
    new = {row.notice.person_id for row in mine if row.notice is not None and row.batch is None}
    same = Q(batch=None, notice__person__in=new) | Q(batch__in={row.batch for row in mine if row.batch})
    due = Delivery.objects.to_try(at).filter(same, digest=True).exclude(pk__in=[row.pk for row in rows])
    rest = _locked(due, DIGEST_MAX)
    for person in new:
        theirs = [r for r in (*mine, *rest) if r.batch is None and r.notice and r.notice.person_id == person]
        batch = uuid.uuid4()
        for row in theirs:
            row.batch = batch
        Delivery.objects.filter(pk__in=[row.pk for row in theirs]).update(batch=batch)
    return rest


def _carry(claimed: Sequence[Delivery], postbox: Postbox, clock: Clock) -> int:
    sent = 0
    done: list[Delivery] = []
    began = settled = clock()
    postbox.look_at(claimed)
    for letter in _letters(claimed):
        # What is left of a slow batch is another worker's when the claim runs out.
        if clock() >= began + CLAIM / 2:
            break
        if _try(letter, postbox, clock):
            done += letter
        if clock() - settled >= SETTLED_WITHIN:
            sent, settled = sent + _sent(done, clock()), clock()
            done = []
    return sent + _sent(done, clock())


def _letters(claimed: Sequence[Delivery]) -> list[list[Delivery]]:
    """One by one, in their order; of a digest all that go together, where the first of them stands."""
    letters: dict[object, list[Delivery]] = {}
    for row in claimed:
        letters.setdefault(row.batch or row.pk, []).append(row)
    return list(letters.values())


def _try(letter: list[Delivery], postbox: Postbox, clock: Clock) -> bool:
    first = letter[0]
    try:
        if first.channel == Channel.MAIL:
            postbox.send(letter)
        else:
            _send_outside(first, clock())
    except Exception as error:  # whatever is wrong with one letter must not hold up the others
        _failed(letter, error, clock())
        return False
    if first.endpoint is not None:
        endpoints.reached(first.endpoint, clock())
    return True


def _send_outside(delivery: Delivery, at: datetime) -> None:
    endpoint, event, notice = delivery.endpoint, delivery.event, delivery.notice
    assert endpoint is not None, "everything but mail goes to an endpoint"
    # Read again: it may have been switched off since the row was claimed.
    if not type(endpoint).objects.working().filter(pk=endpoint.pk).exists():
        raise Refused("endpoint_off")
    if endpoint.kind == Channel.WEBHOOK:
        assert event is not None, "a system is told of events"
        webhooks.send(endpoint.address, endpoint.secret, str(delivery.token), event, at)
        return
    told = delivery.told
    link = link_to(told.pk) if notice is not None else urljoin(settings.SITE_URL, told.url or "/")
    robots.say(endpoint.kind, endpoint.address, endpoint.secret, f"{told.subject}\n{link}", at)


def _failed(letter: Sequence[Delivery], error: Exception, at: datetime) -> None:
    first = letter[0]
    for_good = _refused_for_good(error)
    dead = for_good or first.attempts >= settings.NOTICES_ATTEMPTS
    # Our own code or the type alone: a server's answer repeats addresses, and sometimes more.
    reason = error.reason if isinstance(error, Later | Refused) else type(error).__name__
    if dead:
        _settle(letter, state=DeliveryState.DEAD, error=reason)
    else:
        wait = timedelta(seconds=(error.wait or 0) if isinstance(error, Later) else 0)
        longest = timedelta(minutes=settings.NOTICES_BACK_OFF_MAX)
        _settle(letter, next_try_at=at + max(back_off(first.attempts), min(wait, longest)), error=reason)
    terms = {"delivery": first.pk, "attempt": first.attempts, "dead": dead, "error": reason}
    log.warning("delivery_failed", **terms, told_by=first.notice.request_id if first.notice is not None else "")
    if first.endpoint is not None and (not for_good or _of_address(error)):
        endpoints.failed(first.endpoint, reason, at, for_good=_of_address(error))


def _refused_for_good(error: Exception) -> bool:
    """What will not change by itself. A refused sender or sign-in is ours to mend, and is tried again meanwhile."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, Refused | Unreadable)


def _of_address(error: Exception) -> bool:
    return isinstance(error, Unreadable) or (isinstance(error, Refused) and error.address)


def _sent(done: Sequence[Delivery], at: datetime) -> int:
    _settle(done, state=DeliveryState.SENT, sent_at=at, error="")
    return len(done)


def _settle(rows: Sequence[Delivery], **result: object) -> None:
    """Write the result down, unless the claim ran out and the row is another worker's by now."""
    for attempts in {row.attempts for row in rows}:
        mine = Delivery.objects.waiting().filter(
            pk__in=[row.pk for row in rows if row.attempts == attempts], attempts=attempts
        )
        mine.update(**result)
