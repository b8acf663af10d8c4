from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from celery import Celery
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.celery import app
from ethicsreview.accounts.models import Person
from ethicsreview.notices.models import Delivery, Notice, Preference
from ethicsreview.notices.outbox import Post, UnknownNotice, post, post_all

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
WORDS = {"label": "作出审查决定", "ref": "R2026-000001", "due": "2026年4月1日", "left": "还剩6天", "ground": ""}


def remind(*people: Person, key: str = "deadline.reminder", **terms: object) -> list[Notice]:
    return post(key, people, at=AT, **({"context": WORDS} | terms))


@pytest.fixture
def broker_away() -> Iterator[None]:
    """The service's settings for Redis, and nobody listening at its port."""
    away = Celery("away", broker="redis://127.0.0.1:1/0")
    away.conf.broker_transport_options = {"max_retries": 0, "socket_connect_timeout": 2}
    away.set_current()
    yield
    app.set_current()


@pytest.mark.django_db
def test_post_writes_the_inbox_and_a_delivery_in_the_callers_transaction(person: Person, foreigner: Person) -> None:
    written = remind(person, foreigner, url="/desk/reviews/R2026-000001/", object_kind="review", object_ref="R1")

    assert {(notice.person, notice.subject) for notice in written} == {
        (person, "期限提醒：作出审查决定（还剩6天）：R2026-000001"),
        (foreigner, "Reminder: 作出审查决定 (还剩6天): R2026-000001"),
    }
    assert Delivery.objects.filter(state="pending", next_try_at=AT).count() == 2


@pytest.mark.django_db(transaction=True)
def test_post_leaves_nothing_when_the_step_fails(person: Person) -> None:
    def step() -> None:
        with transaction.atomic():
            remind(person)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        step()

    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_post_of_the_same_thing_again_changes_nothing(person: Person, foreigner: Person) -> None:
    first = remind(person, dedupe="accept:R1")

    again = remind(person, foreigner, person, dedupe="accept:R1")

    assert [notice.person for notice in first + again] == [person, foreigner]
    assert (Notice.objects.count(), Delivery.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_post_without_dedupe_is_new_each_time(person: Person) -> None:
    remind(person)
    remind(person)

    assert Notice.objects.count() == 2


@pytest.mark.django_db
def test_the_inbox_refuses_a_second_copy(person: Person) -> None:
    notice = remind(person, dedupe="once")[0]
    notice.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save(force_insert=True)


@pytest.mark.django_db
def test_statutory_notices_are_mailed_whatever_is_preferred(person: Person) -> None:
    Preference.objects.create(person=person, mail="never")

    remind(person)
    remind(person, key="deadline.breach")

    assert list(Notice.objects.order_by("pk").values_list("key", "deliveries__channel")) == [
        ("deadline.reminder", None),
        ("deadline.breach", "mail"),
    ]


@pytest.mark.django_db
def test_who_has_no_address_has_the_inbox_and_who_has_left_nothing(person: Person, foreigner: Person) -> None:
    person.email = ""
    person.save()
    foreigner.is_active = False
    foreigner.save()

    remind(person, foreigner)

    assert [notice.person for notice in Notice.objects.all()] == [person]
    assert Delivery.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "desk/"]
)
def test_an_address_outside_is_refused(person: Person, url: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        remind(person, url=url)


@pytest.mark.django_db
def test_an_unknown_notice_is_refused(person: Person) -> None:
    with pytest.raises(UnknownNotice, match="imagined"):
        remind(person, key="review.imagined")


@pytest.mark.django_db
def test_post_of_many_needs_no_more_queries_than_of_one(person: Person, foreigner: Person) -> None:
    with CaptureQueriesContext(connection) as one:
        remind(person)

    posts = [Post(key="deadline.reminder", people=[person, foreigner], context=WORDS) for _ in range(20)]
    with CaptureQueriesContext(connection) as many:
        written = post_all(posts, at=AT)

    assert len(written) == 40
    assert len(many) == len(one)


@pytest.mark.django_db
def test_nobody_to_tell_writes_nothing() -> None:
    assert remind() == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_fails_no_request(person: Person, broker_away: None) -> None:
    remind(person)

    assert Delivery.objects.waiting().count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_tell_a_person_once(person: Person, foreigner: Person) -> None:
    together = Barrier(2)

    def run(_number: int) -> None:
        try:
            with transaction.atomic():
                together.wait()
                remind(person, foreigner, dedupe="accept:R1")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert (Notice.objects.count(), Delivery.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_outbox_command_shows_and_resends_dead_letters(person: Person, capsys: pytest.CaptureFixture[str]) -> None:
    remind(person, object_ref="R1")
    Delivery.objects.update(state="dead", attempts=10, error="SMTPServerDisconnected")
    delivery = Delivery.objects.get()

    call_command("outbox", "--resend")

    assert capsys.readouterr().out.splitlines() == [
        "0 waiting, 1 dead",
        f"{delivery.pk} mail deadline.reminder R1 to secretary: SMTPServerDisconnected",
        "1 will be tried again",
    ]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("pending", 0)
