"""Addresses outside, from their entry to their end: entered, switched off and on again, removed. All is recorded.

One that is not reached for NOTICES_OFF_AFTER days, or that says it is no longer there, is switched off by itself, and
those who keep it are told once.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Appointment, Body, Person, Role
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.notices import outside, robots, sealing, webhooks
from ethicsreview.notices.models import (
    ROBOTS,
    BouncedAddress,
    Channel,
    Delivery,
    DeliveryState,
    Endpoint,
    Event,
    Notice,
)
from ethicsreview.notices.outbox import post
from ethicsreview.notices.reasons import reason_text
from ethicsreview.trail.record import Record, append

KEEPERS = (Role.INSTITUTION_OFFICER, Role.SECRETARY)
# Its last success is kept to the hour: one update for many messages.
KEPT_TO = timedelta(hours=1)
PING_WORDS = "科技伦理审查：测试消息 / ethics review: test message"


def objection(kind: str, address: str) -> str:
    """Why this address is not taken, as a reason code; "" where nothing is against it."""
    return robots.objection(kind, address) if kind in ROBOTS else outside.objection(address)


def enter(
    *, kind: str, name: str, address: str, secret: str = "", owner: Body | Person, by: Person, at: datetime
) -> tuple[Endpoint, str]:
    """The endpoint, and for a webhook its new secret, to be shown this once. The address has been judged already."""
    made = webhooks.new_secret() if kind == Channel.WEBHOOK else secret
    endpoint = Endpoint(
        kind=kind,
        name=name,
        body=owner if isinstance(owner, Body) else None,
        person=owner if isinstance(owner, Person) else None,
        sealed_address=sealing.seal(address),
        sealed_secret=sealing.seal(made) if made else "",
        hint=_hint(address),
        created_by=by,
        created_at=at,
    )
    with transaction.atomic():
        endpoint.save()
        _record(endpoint, "endpoint_entered", by, at)
    return endpoint, made if kind == Channel.WEBHOOK else ""


def new_secret(endpoint: Endpoint, by: Person, at: datetime) -> str:
    """For a webhook whose secret has become known, or was lost: the old one signs nothing more."""
    made = webhooks.new_secret()
    with transaction.atomic():
        Endpoint.objects.filter(pk=endpoint.pk).update(sealed_secret=sealing.seal(made))
        _record(endpoint, "endpoint_secret_renewed", by, at)
    return made


def switch_on(endpoint: Endpoint, by: Person, at: datetime) -> None:
    with transaction.atomic():
        if (
            Endpoint.objects.kept()
            .filter(pk=endpoint.pk, off_at__isnull=False)
            .update(off_at=None, off_reason="", failing_since=None)
        ):
            _record(endpoint, "endpoint_switched_on", by, at)


def switch_off(endpoint: Endpoint, by: Person, at: datetime) -> None:
    with transaction.atomic():
        if Endpoint.objects.working().filter(pk=endpoint.pk).update(off_at=at, off_reason="by_hand"):
            _bury(endpoint)
            _record(endpoint, "endpoint_switched_off", by, at)


def remove(endpoint: Endpoint, by: Person, at: datetime) -> None:
    """Address and secret are forgotten; what was sent there stays in the log."""
    with transaction.atomic():
        if Endpoint.objects.kept().filter(pk=endpoint.pk).update(removed_at=at, sealed_address="", sealed_secret=""):
            _bury(endpoint)
            _record(endpoint, "endpoint_removed", by, at)


def ping(endpoint: Endpoint, at: datetime) -> Delivery | None:
    """A message that says nothing, the same way as every other. None while one is still on its way."""
    on_its_way = Q(event__key=webhooks.PING) | Q(notice__key=webhooks.PING)
    if Delivery.objects.waiting().filter(on_its_way, endpoint=endpoint).exists():
        return None
    terms: dict[str, Any] = {
        "key": webhooks.PING,
        "subject": PING_WORDS,
        "dedupe": f"{webhooks.PING}:{uuid.uuid4().hex}",
        "created_at": at,
    }
    with transaction.atomic():
        if endpoint.person is not None:
            # In the inbox it is no news.
            told: dict[str, Any] = {
                "notice": Notice.objects.create(person=endpoint.person, text=PING_WORDS, read_at=at, **terms)
            }
        else:
            assert endpoint.body_id is not None, "a constraint says so"
            told = {"event": Event.objects.create(body_id=endpoint.body_id, **terms)}
        return Delivery.objects.create(**told, endpoint=endpoint, channel=endpoint.kind, urgent=True, next_try_at=at)


def switch(endpoint: Endpoint, change: str, by: Person, at: datetime) -> str:
    """What a page's button asks for: "on", "off", "remove" or "test". Returns what to say; raises KeyError."""
    if change == "test":
        return _("测试消息已交付发送，结果见发送记录。") if ping(endpoint, at) else _("上一条测试消息还在发送中。")
    act, said = {
        "on": (switch_on, _("已启用。")),
        "off": (switch_off, _("已停用。")),
        "remove": (remove, _("已移除，地址和密钥已清除。")),
    }[change]
    act(endpoint, by, at)
    return said


def forgive(rows: "QuerySet[Delivery]") -> None:
    """The mailboxes of these dead letters are tried again."""
    emails = rows.filter(channel=Channel.MAIL).values_list("notice__person__email", flat=True)
    BouncedAddress.objects.filter(email__in={email.lower() for email in emails if email}).delete()


def reached(endpoint: Endpoint, at: datetime) -> None:
    if endpoint.failing_since or endpoint.reached_at is None or at - endpoint.reached_at >= KEPT_TO:
        Endpoint.objects.filter(pk=endpoint.pk).update(reached_at=at, failing_since=None)
        endpoint.reached_at, endpoint.failing_since = at, None


def failed(endpoint: Endpoint, reason: str, at: datetime, *, for_good: bool) -> None:
    """Note since when it fails; switch it off where it has for too long, or says that it is gone."""
    Endpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=at)
    since = Endpoint.objects.values_list("failing_since", flat=True).get(pk=endpoint.pk) or at
    if not for_good and at - since < timedelta(days=settings.NOTICES_OFF_AFTER):
        return
    with transaction.atomic():
        # Of several workers one switches it off, and tells.
        if Endpoint.objects.working().filter(pk=endpoint.pk).update(off_at=at, off_reason=reason[:40]):
            _bury(endpoint)
            _record(endpoint, "endpoint_switched_off", None, at)
            _tell_keepers(endpoint, reason, at)


def keepers_of(endpoint: Endpoint, at: datetime) -> list[Person]:
    if endpoint.person is not None:
        return [endpoint.person]
    held = Appointment.objects.current(at).filter(body=endpoint.body_id, role__in=KEEPERS).select_related("person")
    people = {row.person_id: row.person for row in held}
    return list((people | {endpoint.created_by_id: endpoint.created_by}).values())


def _tell_keepers(endpoint: Endpoint, reason: str, at: datetime) -> None:
    post(
        "post.endpoint_off",
        keepers_of(endpoint, at),
        at=at,
        context={
            "name": endpoint.name,
            "channel": lazy(endpoint.get_kind_display, str)(),
            "hint": endpoint.hint,
            "reason": lazy(lambda: reason_text(reason), str)(),
        },
        dedupe=f"post.endpoint_off:{endpoint.pk}:{at.isoformat()}",
    )


def _bury(endpoint: Endpoint) -> None:
    """What still waits for it is a dead letter, which can be sent again when it is back."""
    waiting = Delivery.objects.waiting().filter(endpoint=endpoint)
    waiting.update(state=DeliveryState.DEAD, error="endpoint_off")


def _hint(address: str) -> str:
    host = (urlsplit(address).hostname or "")[:100]
    return f"{host} …{address[-4:]}" if len(address) > 60 else host


def _record(endpoint: Endpoint, step: str, by: Person | None, at: datetime) -> None:
    owner = endpoint.body
    subject = (owner.kind, owner.ref) if owner is not None else ("person", str(endpoint.person_id))
    actor = ("system", "", SYSTEM.name) if by is None else ("person", by.username, by.name)
    append(
        Record(
            subject=subject,
            object=("endpoint", str(endpoint.pk)),
            step=step,
            at=at,
            actor=actor,
            facts={"kind": endpoint.kind, "name": endpoint.name, "hint": endpoint.hint},
        )
    )
