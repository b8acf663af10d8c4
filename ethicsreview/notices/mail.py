"""A notice as mail: text and HTML, in the person's language."""

from email.utils import parseaddr
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from ethicsreview.notices.models import Delivery


def send(delivery: Delivery) -> None:
    """Hand the message to the mail server. Raises the backend's errors (OSError, smtplib.SMTPException)."""
    message(delivery).send()


def message(delivery: Delivery) -> EmailMultiAlternatives:
    notice = delivery.notice
    context = {
        "notice": notice,
        # By way of the inbox, which marks the notice read and knows where it leads.
        "link": urljoin(settings.SITE_URL, reverse("notices:open", args=[notice.pk])),
    }
    with translation.override(notice.person.language):
        context["language"] = translation.get_language()
        text = render_to_string("notices/mail.txt", context)
        html = render_to_string("notices/mail.html", context)
    mail = EmailMultiAlternatives(
        notice.subject,
        text,
        to=[notice.person.email],
        headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    return mail


def message_id(delivery: Delivery) -> str:
    """The same at every attempt: a receiver drops the repeat."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{delivery.token}@{host or 'localhost'}>"
