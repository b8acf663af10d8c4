"""A notice, or a day's notices, as mail: text and HTML, in the person's language."""

from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from ethicsreview.accounts.models import Person
from ethicsreview.notices.models import BouncedAddress, Channel, Delivery
from ethicsreview.notices.outside import Refused


class Postbox:
    """The connection to the mail server, kept for the letters of one batch. After any failure it is a new one."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._marked: set[str] = set()

    def look_at(self, deliveries: Sequence[Delivery]) -> None:
        """Which of their mailboxes sent mail back: asked once for a batch. Rows may have waited for days, so the
        mailbox is the person's of now.
        """
        emails = {row.notice.person.email.lower() for row in deliveries if row.notice and row.channel == Channel.MAIL}
        marked = BouncedAddress.objects.filter(email__in=emails - {""})
        self._marked = set(marked.values_list("email", flat=True)) if emails else set()

    def send(self, deliveries: Sequence[Delivery]) -> None:
        """Several are one digest. Raises the backend's errors (OSError, smtplib.SMTPException), and Refused."""
        person = _person(deliveries[0])
        if person.email.lower() in self._marked:
            raise Refused("address_bounced")
        if not person.email:
            raise Refused("address_missing")
        letter = message(deliveries[0]) if deliveries[0].batch is None else digest(deliveries)
        try:
            if self._connection is None:
                self._connection = get_connection()
            letter.connection = self._connection
            self._connection.open()
            letter.send()
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def message(delivery: Delivery) -> EmailMultiAlternatives:
    notice = delivery.notice
    assert notice is not None, "mail is sent to people"
    context = {"notice": notice, "link": link_to(notice.pk)}
    return _letter(notice.person, "mail", context, delivery.token, notice.subject)


def digest(deliveries: Sequence[Delivery]) -> EmailMultiAlternatives:
    """One mail under the batch's own id, oldest first."""
    person, batch = _person(deliveries[0]), deliveries[0].batch
    assert batch is not None
    notices = [one.notice for one in sorted(deliveries, key=lambda one: one.pk) if one.notice is not None]
    with translation.override(person.language):
        number = len(notices)
        subject = ngettext("每日通知汇总：%(number)d条", "每日通知汇总：%(number)d条", number) % {"number": number}
    context = {"items": [(notice, link_to(notice.pk)) for notice in notices], "subject": subject}
    return _letter(person, "digest", context, batch, subject)


def link_to(notice: int) -> str:
    """By way of the inbox, which marks the notice read and knows where it leads."""
    return urljoin(settings.SITE_URL, reverse("notices:open", args=[notice]))


def message_id(token: UUID) -> str:
    """The same at every attempt: a receiver drops the repeat."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{token}@{host or 'localhost'}>"


def _person(delivery: Delivery) -> Person:
    assert delivery.notice is not None, "mail is sent to people"
    return delivery.notice.person


def _letter(
    person: Person, template: str, context: dict[str, Any], token: UUID, subject: str
) -> EmailMultiAlternatives:
    with translation.override(person.language):
        context["language"] = translation.get_language()
        text = render_to_string(f"notices/{template}.txt", context)
        html = render_to_string(f"notices/{template}.html", context)
    letter = EmailMultiAlternatives(
        subject,
        text,
        to=[person.email],
        headers={"Message-ID": message_id(token), "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(html, "text/html")
    return letter
