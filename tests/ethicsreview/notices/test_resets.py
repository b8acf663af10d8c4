"""A forgotten password: asked for on a page that knows nobody, answered by a worker that keeps no key."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ethicsreview.accounts.adapter import AccountAdapter
from ethicsreview.accounts.models import Person
from ethicsreview.notices import resets
from ethicsreview.notices.delivery import CLAIM
from ethicsreview.notices.models import PasswordReset
from tests.ethicsreview.notices.conftest import MailServer

pytestmark = pytest.mark.django_db
ASK = "/accounts/password/reset/"
AT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """What allauth counts by address it counts in the cache."""
    cache.clear()


@pytest.fixture
def smtp(mail_server: MailServer, settings: Any) -> MailServer:
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = mail_server.server_address
    return mail_server


def asked(at: datetime = AT, email: str = "secretary@example.org") -> PasswordReset:
    return PasswordReset.objects.create(email=email, asked_at=at, next_try_at=at)


def link_in(letter: Any) -> str:
    address = urlsplit(next(word for word in letter.body.split() if word.startswith("http")))
    return address.path


def test_password_is_set_by_the_link_in_the_mail(client: Client, person: Person) -> None:
    page = client.post(ASK, {"email": "Secretary@Example.org"}, follow=True)
    assert page.status_code == 200
    assert mail.outbox == []
    assert resets.send_due(timezone.now) == 1

    letter = mail.outbox[0]
    form = client.get(link_in(letter), follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "another-long-one", "password2": "another-long-one"})

    person.refresh_from_db()
    assert person.check_password("another-long-one")
    assert (letter.to, letter.subject) == (["secretary@example.org"], "[科技伦理审查] 重设登录密码")
    assert "secretary" in letter.body
    assert not PasswordReset.objects.exists()
    assert "another-long-one" not in client.get(link_in(letter), follow=True).content.decode()


def test_letter_is_in_the_persons_language(foreigner: Person) -> None:
    letter = resets.message(foreigner)

    assert "password" in letter.subject
    assert "Member" in letter.body


def test_known_and_unknown_address_get_the_same_answer_for_the_same_work(client: Client, person: Person) -> None:
    client.get(ASK)
    answers, work = [], []
    for email in ("nobody@example.org", person.email):
        with CaptureQueriesContext(connection) as caught:
            answers.append(client.post(ASK, {"email": email}))
        work.append([query["sql"].split(" VALUES")[0] for query in caught if "SAVEPOINT" not in query["sql"]])

    assert work[0] == work[1]
    assert [(one.status_code, one["Location"], one.content) for one in answers] == [
        (302, f"{ASK}done/", b""),
        (302, f"{ASK}done/", b""),
    ]
    resets.send_due(timezone.now)
    assert [letter.to for letter in mail.outbox] == [[person.email]]
    assert not PasswordReset.objects.exists()


def test_nothing_that_is_kept_holds_the_key(person: Person, smtp: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    smtp.refuse = b"451 try again later"
    reset = asked()

    with caplog.at_level("DEBUG"):
        assert resets.send_due(lambda: AT) == 0

    kept = PasswordReset.objects.filter(pk=reset.pk).values().get()
    assert kept.keys() == {"id", "email", "asked_at", "attempts", "next_try_at"}
    assert kept["next_try_at"] == AT + timedelta(minutes=1)
    assert "password_reset_failed" in caplog.text
    assert "/reset/key/" not in caplog.text
    assert person.email not in caplog.text


def test_mail_server_that_comes_back_gets_it_and_one_that_does_not_is_given_up(
    person: Person, smtp: MailServer
) -> None:
    smtp.refuse = b"451 try again later"
    asked()
    assert resets.send_due(lambda: AT) == 0
    smtp.refuse = None
    assert resets.send_due(lambda: AT) == 0
    assert resets.send_due(lambda: AT + timedelta(minutes=1)) == 1
    assert len(smtp.letters) == 1

    smtp.refuse = b"451 try again later"
    asked()
    assert resets.send_due(lambda: AT + resets.KEPT + timedelta(minutes=1)) == 0
    assert not PasswordReset.objects.exists()


def test_worker_that_dies_loses_its_claim(person: Person) -> None:
    asked()
    assert len(resets._claim(AT)) == 1
    assert resets._claim(AT) == []

    assert resets.send_due(lambda: AT + CLAIM) == 1


def test_deactivated_account_gets_none(person: Person) -> None:
    person.is_active = False
    person.save(update_fields=["is_active"])
    asked()

    assert resets.send_due(lambda: AT) == 0
    assert mail.outbox == []


def test_no_page_can_send_mail() -> None:
    with pytest.raises(NotImplementedError):
        AccountAdapter().send_mail("account/email/unknown", "a@example.org", {})
