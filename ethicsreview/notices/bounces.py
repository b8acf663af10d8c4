"""Letters that come back: delivery status notifications (RFC 3464), as a file, a pipe or a mailbox file.

Whom it concerns is known by our own Message-ID in what came back; else by the address that it names, where it is one of
ours. A report of delay, or of delivery, changes nothing.
"""

import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.notices.models import BouncedAddress, Channel, Delivery, DeliveryState
from ethicsreview.notices.outbox import post

TOKEN = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Bounce:
    """One recipient for whom a letter was given up."""

    email: str
    status: str
    token: UUID | None


def read_file(path: Path) -> Iterator[Message]:
    """Raises OSError."""
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
        if not is_mbox:
            file.seek(0)
            yield message_from_bytes(file.read(), policy=policy.default)
            return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield message_from_bytes(box.get_bytes(key), policy=policy.default)
    finally:
        box.close()


def bounces_of(report: Message) -> list[Bounce]:
    """None for anything but a report of failure, whatever is wrong with it."""
    status_part = next((part for part in report.walk() if part.get_content_type() == "message/delivery-status"), None)
    if status_part is None:
        return []
    groups: Any = status_part.get_payload()
    token = _token(report)
    return [bounce for group in (groups if isinstance(groups, list) else []) for bounce in _failures(group, token)]


def _failures(group: Message, token: UUID | None) -> Iterator[Bounce]:
    """RFC 3464, 2.3: of a recipient's fields, those that say that it failed, for good, and whom."""
    if str(group.get("Action", "")).strip().lower() != "failed":
        return
    status = STATUS.search(str(group.get("Status", "")))
    if status is not None and not status[1].startswith("5"):
        return
    named = str(group.get("Original-Recipient") or group.get("Final-Recipient") or "")
    email = named.rpartition(";")[2].strip().strip("<>").lower()
    if "@" in email:
        yield Bounce(email, status[1] if status else "5.0.0", token)


def _token(report: Message) -> UUID | None:
    """From the headers of the letter that is sent back: whole, or its headers alone."""
    for part in report.walk():
        if part is report:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            found = TOKEN.search(str(part.get_payload()))
        else:
            found = TOKEN.search(str(part.get("Message-ID", "")))
        if found:
            return UUID(found[1])
    return None


def take(bounce: Bounce, at: datetime) -> bool:
    """Mark the mailbox and tell the officers of the person's institutions. False where it is nobody's here, or where
    the person has another address by now.
    """
    person = Person.objects.filter(email__iexact=bounce.email).first()
    of_letter = Delivery.objects.filter(channel=Channel.MAIL).filter(Q(token=bounce.token) | Q(batch=bounce.token))
    letter = list(of_letter) if bounce.token else []
    # The token names our letter; whose it was must be whom the report names, or the report is another's word.
    if person is None or any(row.notice is None or row.notice.person_id != person.pk for row in letter):
        return False
    with transaction.atomic():
        _row, new = BouncedAddress.objects.get_or_create(
            email=bounce.email, defaults={"status": bounce.status, "at": at}
        )
        Delivery.objects.filter(pk__in=[row.pk for row in letter]).update(
            state=DeliveryState.DEAD, sent_at=None, error=f"bounced:{bounce.status}"
        )
        if new:
            _tell_officers(person, bounce, at)
    return True


def _tell_officers(person: Person, bounce: Bounce, at: datetime) -> None:
    bodies = Appointment.objects.current(at).filter(person=person).values("body")
    held = Appointment.objects.current(at).filter(role=Role.INSTITUTION_OFFICER, body__in=bodies)
    officers = Person.objects.filter(pk__in=held.values("person")).exclude(pk=person.pk)
    if not officers:
        # Of a committee's member, or an officer alone in their institution: those who keep the service.
        operators = Appointment.objects.current(at).filter(role=Role.OPERATOR)
        officers = Person.objects.filter(pk__in=operators.values("person")).exclude(pk=person.pk)
    words = {"person": person.name, "username": person.username, "status": bounce.status}
    day = timezone.localdate(at).isoformat()
    post("post.bounced", officers, at=at, context=words, dedupe=f"post.bounced:{person.pk}:{bounce.status}:{day}")
