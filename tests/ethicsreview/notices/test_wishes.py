"""When a notice leaves, and by which way: quiet hours, the digest, a person's wishes, and what the law overrides."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client

from ethicsreview.accounts.models import Person
from ethicsreview.notices import delivery
from ethicsreview.notices.models import Delivery, Endpoint, Notice, Preference
from ethicsreview.notices.outbox import post
from ethicsreview.notices.timing import end_of_quiet, next_digest
from tests.ethicsreview.notices.conftest import MailServer

HERE = ZoneInfo("Asia/Shanghai")
WORDS = {"label": "作出审查决定", "ref": "R2026-000001", "due": "2026年4月1日", "left": "还剩6天", "ground": ""}
NOON = datetime(2026, 3, 2, 12, tzinfo=HERE)
NIGHT = datetime(2026, 3, 2, 23, 30, tzinfo=HERE)
MORNING = datetime(2026, 3, 3, 7, tzinfo=HERE)


def remind(person: Person, at: datetime = NOON, key: str = "deadline.reminder", **terms: Any) -> Delivery:
    notice = post(key, [person], at=at, context=WORDS, **terms)[0]
    return Delivery.objects.get(notice=notice, channel="mail")


@pytest.fixture(autouse=True)
def _quiet_at_night(settings: Any) -> None:
    settings.NOTICES_QUIET_HOURS = (time(22), time(7))


@pytest.mark.parametrize(
    ("now", "begins", "ends", "until"),
    [
        ("2026-03-02 21:59", "22:00", "07:00", None),
        ("2026-03-02 22:00", "22:00", "07:00", "2026-03-03 07:00"),
        ("2026-03-03 06:59", "22:00", "07:00", "2026-03-03 07:00"),
        ("2026-03-03 07:00", "22:00", "07:00", None),
        ("2026-12-31 23:00", "22:00", "07:00", "2027-01-01 07:00"),
        ("2026-03-02 13:00", "12:00", "14:00", "2026-03-02 14:00"),
        ("2026-03-02 14:00", "12:00", "14:00", None),
        ("2026-03-02 23:00", "00:00", "00:00", None),
    ],
)
def test_quiet_hours_end_in_the_hours_of_shanghai(now: str, begins: str, ends: str, until: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=HERE).astimezone(UTC)
    expected = datetime.fromisoformat(until).replace(tzinfo=HERE) if until else None

    assert end_of_quiet(at, time.fromisoformat(begins), time.fromisoformat(ends)) == expected
    assert end_of_quiet(at, None, None) is None


@pytest.mark.parametrize(
    ("now", "then"),
    [("07:59", "2026-03-02 08:00"), ("08:00", "2026-03-03 08:00"), ("23:59", "2026-03-03 08:00")],
)
def test_the_next_digest_is_after_now(now: str, then: str) -> None:
    at = datetime.fromisoformat(f"2026-03-02 {now}").replace(tzinfo=HERE)

    assert next_digest(at, 8) == datetime.fromisoformat(then).replace(tzinfo=HERE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "wish", "at", "leaves", "digest"),
    [
        ({}, {}, NOON, NOON, False),
        ({}, {}, NIGHT, MORNING, False),
        ({"urgent": True}, {}, NIGHT, NIGHT, False),  # a clock in hours
        ({"key": "deadline.breach"}, {}, NIGHT, NIGHT, False),  # urgent by the table
        ({"key": "deadline.overdue"}, {}, NIGHT, MORNING, False),  # statutory, and not urgent
        ({}, {"quiet_from": time(0), "quiet_until": time(0)}, NIGHT, NIGHT, False),
        ({}, {"quiet_from": time(11), "quiet_until": time(13)}, NOON, NOON + timedelta(hours=1), False),
        ({}, {"mail": "daily"}, NOON, MORNING + timedelta(hours=1), True),
        ({}, {"mail": "daily", "digest_hour": 18}, NOON, NOON + timedelta(hours=6), True),
        ({}, {"kinds": {"deadline": {"mail": "daily"}}}, NOON, MORNING + timedelta(hours=1), True),
        ({}, {"mail": "never", "kinds": {"deadline": {"mail": "at_once"}}}, NOON, NOON, False),
        ({"key": "deadline.overdue"}, {"mail": "daily"}, NOON, NOON, False),  # the law does not wait for the digest
        ({"key": "deadline.overdue"}, {"mail": "never"}, NOON, NOON, False),
        ({"urgent": True}, {"kinds": {"deadline": {"mail": "never"}}}, NOON, NOON, False),
    ],
)
def test_a_letter_leaves_when_law_and_person_say(
    person: Person, terms: dict[str, Any], wish: dict[str, Any], at: datetime, leaves: datetime, digest: bool
) -> None:
    Preference.objects.create(person=person, **wish)

    made = remind(person, at, **terms)

    assert (made.next_try_at, made.digest) == (leaves, digest)


@pytest.mark.django_db
@pytest.mark.parametrize("wish", [{"mail": "never"}, {"kinds": {"deadline": {"mail": "never"}}}])
def test_a_letter_that_is_not_wanted_stands_in_the_inbox_alone(person: Person, wish: dict[str, Any]) -> None:
    Preference.objects.create(person=person, **wish)

    post("deadline.reminder", [person], at=NOON, context=WORDS)

    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_a_digest_is_one_letter_for_each_person(person: Person, foreigner: Person) -> None:
    for who in (person, foreigner):
        Preference.objects.create(person=who, mail="daily")
    for number in range(delivery.CLAIM_SIZE):
        remind(person, key="deadline.reminder", dedupe=str(number))
    remind(foreigner)
    at = MORNING + timedelta(hours=1)

    assert delivery.deliver(lambda: at - timedelta(seconds=1)) == 0
    assert delivery.deliver(lambda: at) == delivery.CLAIM_SIZE + 1

    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert (len(mail.outbox), len(letters)) == (2, 2)
    mine = letters[person.email]
    assert mine.subject == f"每日通知汇总：{delivery.CLAIM_SIZE}条"
    assert mine.body.count("http://127.0.0.1:8000/inbox/") == delivery.CLAIM_SIZE
    assert str(mine.alternatives[0].content).count("<h2>") == delivery.CLAIM_SIZE


@pytest.mark.django_db
def test_a_digest_that_failed_goes_again_as_it_was_and_what_came_since_in_another(
    person: Person, mail_server: MailServer, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = mail_server.server_address
    Preference.objects.create(person=person, mail="daily")
    at = MORNING + timedelta(hours=1)
    remind(person), remind(person)
    mail_server.refuse = b"451 later"
    assert delivery.deliver(lambda: at) == 0
    batch = Delivery.objects.values_list("batch", flat=True).distinct().get()
    remind(person, at)
    Delivery.objects.filter(batch=None).update(next_try_at=at)

    mail_server.refuse = None
    assert delivery.deliver(lambda: at + timedelta(minutes=5)) == 3

    assert len(mail_server.letters) == 2
    assert f"<{batch}@localhost>" in mail_server.message_ids()
    sizes = sorted(
        Delivery.objects.filter(batch=one).count() for one in set(Delivery.objects.values_list("batch", flat=True))
    )
    assert sizes == [1, 2]


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def signed(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


ALL_ROBOTS = {f"robot_{kind}": "on" for kind in ("post", "deadline", "committee", "review", "meeting", "project")} | {
    f"robot_{kind}": "on"
    for kind in (
        *("following", "recheck", "together", "emergency", "sampling", "annual_report", "complaint"),
        *("programme", "warning", "disclosure", "inspection"),
    )
}
ADDRESS = "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef0123456789abcdef"


def test_wishes_are_kept(signed: Client, person: Person) -> None:
    given = ALL_ROBOTS | {"mail": "daily", "digest_hour": "18", "quiet_from": "23:00", "quiet_until": "06:30"}
    given |= {"mail_review": "at_once"}
    del given["robot_meeting"]

    assert signed.post("/inbox/preferences/", given).status_code == 302

    kept = Preference.objects.get(person=person)
    assert (kept.mail, kept.digest_hour, kept.quiet_from, kept.quiet_until) == ("daily", 18, time(23), time(6, 30))
    assert kept.kinds == {"review": {"mail": "at_once"}, "meeting": {"robot": False}}
    assert signed.get("/inbox/preferences/").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"mail": "sometimes"}, {"digest_hour": "24"}, {"quiet_from": "22:00"}, {"quiet_until": "x"}, {"mail_review": "y"}],
)
def test_wishes_that_make_no_sense_are_named_and_nothing_is_lost(
    signed: Client, person: Person, wrong: dict[str, str]
) -> None:
    answer = signed.post("/inbox/preferences/", ALL_ROBOTS | {"mail": "daily", "mail_meeting": "never"} | wrong)

    assert (answer.status_code, Preference.objects.count()) == (422, 0)
    assert "error-summary" in answer.content.decode()
    assert answer.context["form"]["mail_meeting"].value() == "never"


def test_a_robot_is_entered_tested_and_removed_and_its_address_never_shown(signed: Client, person: Person) -> None:
    terms = {"kind": "dingtalk", "name": "我的群", "address": ADDRESS, "secret": "SECret"}

    assert signed.post("/inbox/preferences/robots/", terms).status_code == 302

    made = Endpoint.objects.get()
    assert (made.person, made.address, made.secret) == (person, ADDRESS, "SECret")
    assert Delivery.objects.filter(endpoint=made, notice__key="post.ping", urgent=True).count() == 1
    shown = signed.get("/inbox/preferences/").content.decode()
    assert "oapi.dingtalk.com …cdef" in shown
    assert not [secret for secret in ("0123456789", "SECret") if secret in shown]

    signed.post(f"/inbox/preferences/robots/{made.pk}/", {"change": "remove"})

    made.refresh_from_db()
    assert (made.sealed_address, made.sealed_secret) == ("", "")
    assert set(Delivery.objects.filter(endpoint=made).values_list("state", flat=True)) == {"dead"}
    assert signed.post(f"/inbox/preferences/robots/{made.pk}/", {"change": "on"}).status_code == 404


@pytest.mark.parametrize(
    "address", ["http://oapi.dingtalk.com/robot/send", "https://127.0.0.1/robot/send", "https://evil.example/", "x"]
)
def test_an_address_that_is_no_robots_is_refused_and_not_repeated(signed: Client, address: str) -> None:
    answer = signed.post("/inbox/preferences/robots/", {"kind": "dingtalk", "name": "群", "address": address})

    assert (answer.status_code, Endpoint.objects.count()) == (422, 0)
    assert f'value="{address}"' not in answer.content.decode()


def test_another_persons_robot_is_nothing(signed: Client, foreigner: Person) -> None:
    client = Client()
    client.force_login(foreigner)
    client.post("/inbox/preferences/robots/", {"kind": "dingtalk", "name": "群", "address": ADDRESS})

    theirs = Endpoint.objects.get()

    assert signed.post(f"/inbox/preferences/robots/{theirs.pk}/", {"change": "remove"}).status_code == 404
    assert signed.post(f"/inbox/preferences/robots/{theirs.pk}/", {"change": "nonsense"}).status_code == 404
