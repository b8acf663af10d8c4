"""Carrying notices out: at least once, under a stable id, by any number of workers.

A worker claims a few rows (in one short transaction), sends them one by one outside any transaction, and
writes down each result. Killed in between, its claim runs out and another worker tries again.
"""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F

from ethicsreview.notices import mail
from ethicsreview.notices.models import Channel, Delivery, DeliveryState

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=10)
CLAIM_SIZE = 20
MAX_ATTEMPTS = 10
SEND = {Channel.MAIL.value: mail.send}


def deliver(clock: Callable[[], datetime], *, urgent: bool = False) -> int:
    """Send all that is due, urgent first, or the urgent alone; returns how many were sent."""
    sent = 0
    while claimed := claim(clock(), urgent=urgent):
        ends = clock() + CLAIM / 2
        for delivery in claimed:
            # What is left of a slow batch is another worker's when the claim runs out.
            if clock() >= ends:
                break
            sent += _try(delivery, clock)
    return sent


def claim(at: datetime, size: int = CLAIM_SIZE, *, urgent: bool = False) -> list[Delivery]:
    """Take rows that are due, so that no other worker does until the claim runs out. An attempt counts from
    here: a message that kills its worker also comes to an end.
    """
    with transaction.atomic():
        due = Delivery.objects.to_try(at).select_for_update(skip_locked=True, of=("self",))
        due = due.filter(urgent=True) if urgent else due
        rows = list(due.select_related("notice__person")[:size])
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            claimed_at=at, next_try_at=at + CLAIM, attempts=F("attempts") + 1
        )
    for row in rows:
        row.attempts += 1
    return rows


def back_off(attempts: int) -> timedelta:
    """1, 2, 4 … minutes, at most 6 hours: ten attempts span eight and a half hours."""
    return min(timedelta(minutes=2 ** (attempts - 1)), timedelta(hours=6))


def resend(at: datetime) -> int:
    """Give every dead letter its attempts again; returns how many there were."""
    return Delivery.objects.dead().update(
        state=DeliveryState.PENDING, attempts=0, next_try_at=at, claimed_at=None, error=""
    )


def _try(delivery: Delivery, clock: Callable[[], datetime]) -> int:
    try:
        SEND[delivery.channel](delivery)
    except Exception as error:  # whatever is wrong with one letter must not hold up the others
        _failed(delivery, error, clock())
        return 0
    _settle(delivery, state=DeliveryState.SENT, sent_at=clock(), error="")
    return 1


def _failed(delivery: Delivery, error: Exception, at: datetime) -> None:
    dead = delivery.attempts >= MAX_ATTEMPTS or _refused_for_good(error)
    # The type alone: a server's answer repeats addresses, and sometimes more.
    reason = type(error).__name__
    if dead:
        _settle(delivery, state=DeliveryState.DEAD, error=reason)
    else:
        _settle(delivery, next_try_at=at + back_off(delivery.attempts), error=reason)
    terms = {"delivery": delivery.pk, "attempt": delivery.attempts, "dead": dead, "error": reason}
    log.warning("delivery_failed", **terms, told_by=delivery.notice.request_id)


def _refused_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    return False


def _settle(delivery: Delivery, **result: object) -> None:
    """Write the result down, unless the claim ran out and the row is another worker's by now."""
    mine = Delivery.objects.waiting().filter(pk=delivery.pk, attempts=delivery.attempts)
    mine.update(**result)
