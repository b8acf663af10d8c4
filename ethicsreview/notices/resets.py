"""The mail to somebody who has forgotten their password: asked for on a page, sent by a worker.

The page writes down the address that was typed, whoever's it is, and does nothing else: so its answer, its work and
its time are the same for every address, and it never waits for a mail server. The worker finds out whose address it
is, makes the link, sends it and deletes the row. The link's key is made when the mail is sent and lies nowhere.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urljoin

import structlog
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Person
from ethicsreview.notices.delivery import CLAIM, CLAIM_SIZE, back_off
from ethicsreview.notices.models import PasswordReset
from ethicsreview.notices.outbox import nudge

log = structlog.get_logger(__name__)

# Whoever still waits after that has asked again, or knows the password by now.
KEPT = timedelta(hours=9)


class ResetForm(ResetPasswordForm):
    """Allauth's, without looking anybody up."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **kwargs: object) -> str:
        email: str = self.cleaned_data["email"]
        now = timezone.now()
        with transaction.atomic():
            PasswordReset.objects.create(email=email, asked_at=now, next_try_at=now)
            transaction.on_commit(nudge)
        return email


def send_due(clock: Callable[[], datetime]) -> int:
    """Answer all that is due; returns how many mails were sent."""
    sent = 0
    while claimed := _claim(clock()):
        for reset in claimed:
            sent += _answer(reset, clock)
    return sent


def _claim(at: datetime) -> list[PasswordReset]:
    """As `delivery.claim` does: a worker that dies loses its claim, and the row is another's."""
    with transaction.atomic():
        due = PasswordReset.objects.filter(next_try_at__lte=at).order_by("next_try_at", "pk")
        rows = list(due.select_for_update(skip_locked=True)[:CLAIM_SIZE])
        taken = PasswordReset.objects.filter(pk__in=[row.pk for row in rows])
        taken.update(next_try_at=at + CLAIM, attempts=F("attempts") + 1)
    return rows


def _answer(reset: PasswordReset, clock: Callable[[], datetime]) -> int:
    person = Person.objects.filter(email__iexact=reset.email, is_active=True).first()
    over = reset.attempts + 1 >= settings.NOTICES_ATTEMPTS or clock() - reset.asked_at > KEPT
    try:
        if person is not None:
            message(person).send()
    except Exception as error:  # whatever is wrong with one letter must not hold up the others
        # The type alone: a server's answer repeats the address, and the letter holds the key.
        log.warning("password_reset_failed", reset=reset.pk, dead=over, error=type(error).__name__)
        if not over:
            mine = PasswordReset.objects.filter(pk=reset.pk, attempts=reset.attempts + 1)
            mine.update(next_try_at=clock() + back_off(reset.attempts + 1))
            return 0
        person = None
    PasswordReset.objects.filter(pk=reset.pk).delete()
    return int(person is not None)


def message(person: Person) -> EmailMessage:
    """With a key made now: it is good from now on, and for this password alone."""
    key = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    address = reverse("account_reset_password_from_key", kwargs=key)
    with translation.override(person.language):
        text = render_to_string("notices/reset.txt", {"person": person, "link": urljoin(settings.SITE_URL, address)})
        subject = _("重设登录密码")
    return EmailMessage(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}",
        text,
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
