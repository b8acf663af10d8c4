"""Letters that come back, as mail servers write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.notices import delivery
from ethicsreview.notices.models import BouncedAddress, Delivery, Notice
from ethicsreview.notices.outbox import post

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
WORDS = {"label": "作出审查决定", "ref": "R2026-000001", "due": "2026年4月1日", "left": "还剩6天", "ground": ""}
REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: no-reply@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail system could not deliver your message.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 2 Mar 2026 10:00:00 +0800

Final-Recipient: rfc822; {email}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: text/rfc822-headers

From: no-reply@localhost
Message-ID: <{token}@localhost>
Subject: hello

--b--
"""


@pytest.fixture
def officer(person: Person) -> Person:
    institution = Institution.objects.create(name="济南大学", region="370100", type="university")
    made = Person.objects.create_user(username="officer", name="赵管理", email="officer@example.org")
    for who, role in ((made, Role.INSTITUTION_OFFICER), (person, Role.RESEARCHER)):
        Appointment.objects.create(person=who, role=role, body=institution, starts=AT.date())
    return made


def sent(person: Person, number: int = 1) -> Delivery:
    notice = post("deadline.reminder", [person], at=AT, context=WORDS, dedupe=str(number))[0]
    delivery.deliver(lambda: AT)
    return Delivery.objects.get(notice=notice)


def report(
    row: Delivery, *, email: str = "Secretary@example.org", action: str = "failed", status: str = "5.1.1"
) -> str:
    return REPORT.format(email=email, action=action, status=status, token=row.token)


def take(folder: Path, *reports: str, mbox: bool = False) -> None:
    file = folder / "returned"
    file.write_text(
        "".join(f"From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n{one}\n" if mbox else one for one in reports)
    )
    call_command("bounces", str(file), verbosity=0)


def test_a_bounce_marks_the_mailbox_and_tells_the_officer_once(
    tmp_path: Path, person: Person, officer: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    row = sent(person)

    take(tmp_path, report(row))
    take(tmp_path, report(row))

    row.refresh_from_db()
    assert (row.state, row.error, row.sent_at) == ("dead", "bounced:5.1.1", None)
    assert list(BouncedAddress.objects.values_list("email", "status")) == [("secretary@example.org", "5.1.1")]
    told = Notice.objects.get(key="post.bounced")
    assert (told.person, "（5.1.1）" in told.text) == (officer, True)
    assert "1 messages read, 1 mailboxes marked" in capsys.readouterr().out


def test_nothing_more_is_sent_to_a_marked_mailbox_until_somebody_sends_again(
    tmp_path: Path, person: Person, officer: Person
) -> None:
    take(tmp_path, report(sent(person)))
    mail.outbox.clear()

    second = sent(person, 2)

    assert (second.state, second.error) == ("dead", "address_bounced")
    assert delivery.resend(AT, [second.pk]) == 1
    delivery.deliver(lambda: AT)
    assert [letter.to for letter in mail.outbox].count(["secretary@example.org"]) == 1
    assert not BouncedAddress.objects.exists()


def test_a_corrected_address_is_no_longer_a_marked_one(tmp_path: Path, person: Person, officer: Person) -> None:
    take(tmp_path, report(sent(person)))
    Person.objects.filter(pk=person.pk).update(email="right@example.org")

    assert sent(Person.objects.get(pk=person.pk), 2).state == "sent"


@pytest.mark.parametrize(
    "changed",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delivered", "status": "2.0.0"},
        {"status": "4.2.2"},
        {"email": "member@example.org"},  # ours, but not whose letter it was: somebody makes things up
        {"email": "nobody@example.org"},
        {"email": "nonsense"},
    ],
)
def test_what_is_no_failure_of_that_mailbox_changes_nothing(
    tmp_path: Path, person: Person, foreigner: Person, changed: dict[str, str]
) -> None:
    row = sent(person)

    take(tmp_path, report(row, **changed))

    row.refresh_from_db()
    assert (row.state, BouncedAddress.objects.count()) == ("sent", 0)


def test_a_mailbox_file_is_read_message_by_message(
    tmp_path: Path, person: Person, foreigner: Person, officer: Person
) -> None:
    first, second = sent(person, 1), sent(foreigner, 2)
    vacation = "From: someone@example.org\nSubject: out of office\n\nback on Monday\n"

    take(tmp_path, report(first), vacation, report(second, email="member@example.org"), mbox=True)

    assert sorted(BouncedAddress.objects.values_list("email", flat=True)) == [
        "member@example.org",
        "secretary@example.org",
    ]


@pytest.mark.parametrize("junk", ["", "\x00\x01", "Content-Type: multipart/report; boundary=x\n\n--x\n"])
def test_any_other_file_is_read_and_passed_over(tmp_path: Path, junk: str) -> None:
    take(tmp_path, junk)

    assert not BouncedAddress.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no such file: .*missing"):
        call_command("bounces", str(tmp_path / "missing"))
