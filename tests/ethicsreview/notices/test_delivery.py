from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from ethicsreview.accounts.models import Person
from ethicsreview.notices import delivery
from ethicsreview.notices.models import Delivery, Notice
from ethicsreview.notices.outbox import post

from .conftest import MailServer

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
WORDS = {"label": "作出审查决定", "ref": "R2026-000001", "due": "2026年4月1日", "left": "还剩6天", "ground": ""}
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def remind(*people: Person, key: str = "deadline.reminder", **words: str) -> Delivery:
    notice = post(key, people, at=AT, context=WORDS | words)[0]
    return Delivery.objects.get(notice=notice)


@pytest.fixture
def smtp(mail_server: MailServer, settings: object) -> MailServer:
    settings.EMAIL_BACKEND = SMTP  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = mail_server.server_address  # type: ignore[attr-defined]
    return mail_server


@pytest.mark.django_db
def test_deliver_sends_each_letter_once(person: Person, foreigner: Person) -> None:
    remind(person, foreigner)

    sent = [delivery.deliver(lambda: AT) for _ in range(3)]

    assert sent == [2, 0, 0]
    assert sorted(letter.to[0] for letter in mail.outbox) == ["member@example.org", "secretary@example.org"]
    assert set(Delivery.objects.values_list("state", "sent_at", "attempts")) == {("sent", AT, 1)}


@pytest.mark.django_db
def test_letter_is_text_and_html_in_the_persons_language(person: Person, settings: object) -> None:
    settings.SITE_URL = "https://ethics.example.gov.cn"  # type: ignore[attr-defined]
    made = remind(person, label="<script>alert(1)</script> & 期限")

    delivery.deliver(lambda: AT)

    letter = mail.outbox[0]
    html = str(letter.alternatives[0].content)
    link = f"https://ethics.example.gov.cn/inbox/{made.notice_id}/"
    assert letter.subject == "期限提醒：<script>alert(1)</script> & 期限（还剩6天）：R2026-000001"
    assert "“<script>alert(1)</script> & 期限”截止于2026年4月1日" in letter.body
    assert link in letter.body
    assert "<script>" not in html
    assert f'href="{link}"' in html
    assert letter.extra_headers == {
        "Message-ID": f"<{made.token}@localhost>",
        "Auto-Submitted": "auto-generated",
    }


@pytest.mark.django_db
def test_a_claimed_letter_is_nobody_elses_until_the_claim_runs_out(person: Person) -> None:
    made = remind(person)

    first = delivery.claim(AT)
    meanwhile = delivery.claim(AT + delivery.CLAIM - timedelta(seconds=1))
    later = delivery.claim(AT + delivery.CLAIM)

    assert [rows and rows[0].pk for rows in (first, meanwhile, later)] == [made.pk, [], made.pk]
    assert later[0].attempts == 2


@pytest.mark.django_db
def test_urgent_letters_go_first(person: Person) -> None:
    remind(person)
    urgent = remind(person, key="deadline.breach")

    assert delivery.claim(AT, size=1) == [urgent]


@pytest.mark.django_db
def test_a_failed_letter_backs_off_and_is_a_dead_letter_in_the_end(
    person: Person, smtp: MailServer, settings: Any
) -> None:
    made = remind(person)
    smtp.refuse = b"451 try again later"
    at, waits = AT, []

    for _ in range(settings.NOTICES_ATTEMPTS):
        assert delivery.deliver(lambda now=at: now) == 0
        made.refresh_from_db()
        waits.append((made.next_try_at - at) // timedelta(minutes=1))
        at = made.next_try_at

    assert waits[:-1] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert (made.state, made.attempts, made.error) == ("dead", 10, "SMTPRecipientsRefused")
    assert delivery.deliver(lambda: at + timedelta(days=30)) == 0
    assert list(Delivery.objects.dead()) == [made]


@pytest.mark.django_db
def test_an_address_that_is_refused_for_good_is_not_tried_again(person: Person, smtp: MailServer) -> None:
    made = remind(person)
    smtp.refuse = b"550 no such user"

    delivery.deliver(lambda: AT)

    made.refresh_from_db()
    assert (made.state, made.attempts) == ("dead", 1)


@pytest.mark.django_db
def test_one_bad_letter_does_not_hold_up_the_others(person: Person, foreigner: Person) -> None:
    bad = remind(person)
    Notice.objects.filter(pk=bad.notice_id).update(subject="two\nlines")  # which Django's mail refuses
    good = remind(foreigner)

    assert delivery.deliver(lambda: AT) == 1

    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.error) == ("sent", "pending", "BadHeaderError")


@pytest.mark.django_db
def test_a_mail_folder_that_is_full_loses_nothing(person: Person, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_FILE_PATH = "/dev/full"  # type: ignore[attr-defined]
    made = remind(person)

    assert delivery.deliver(lambda: AT) == 0

    made.refresh_from_db()
    assert (made.state, made.attempts) == ("pending", 1)


@pytest.mark.django_db
def test_a_result_that_comes_after_the_claim_is_not_written(person: Person) -> None:
    made = remind(person)
    slow = delivery.claim(AT)[0]
    delivery.claim(AT + delivery.CLAIM)

    delivery._settle([slow], state="dead", error="late")

    made.refresh_from_db()
    assert (made.state, made.attempts) == ("pending", 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_send_each_letter_once(person: Person) -> None:
    for _ in range(60):
        remind(person)

    def run(_number: int) -> int:
        try:
            return delivery.deliver(lambda: AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(run, range(4)))

    assert sum(sent) == 60
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == len(mail.outbox) == 60
