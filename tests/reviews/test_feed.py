"""The calendar at a secret address: what it says, to whom, and until when."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from ethicsreview.accounts.models import FeedAddress, Person
from ethicsreview.deadlines import clock
from tests.committees.builders import person
from tests.reviews.builders import Case, case
from tests.reviews.desk.conftest import queries

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def subscribed(who: Person) -> str:
    _row, secret = FeedAddress.issue(who, timezone.now())
    return reverse("diary:feed", args=[secret])


def events(address: str) -> dict[str, object]:
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.fixture
def path() -> Case:
    return case(at=datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)).accepted()


@pytest.fixture(autouse=True)
def _in_march(time_machine: object) -> None:
    time_machine.move_to(datetime(2026, 3, 10, 9, tzinfo=SHANGHAI), tick=False)


def test_feed_says_what_to_do_by_when_and_by_which_article_and_no_title(path: Case) -> None:
    found = events(subscribed(path.secretary))

    event = found[f"作出审查决定（{path.review.ref}）"]
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2026, 4, 1), date(2026, 4, 2))
    assert str(event["description"]).splitlines() == [
        "截止：2026年4月1日",
        "依据：《科技伦理审查办法（试行）》第十七条",
    ]
    assert str(event["uid"]).startswith("deadline-")
    assert str(event["url"]).endswith(f"/reviews/{path.review.ref}/")
    whole = Client().get(subscribed(path.secretary)).content.decode()
    assert path.project.title not in whole
    assert path.lead.name not in whole


def test_extension_moves_the_entry_and_makes_no_second_one(path: Case) -> None:
    address = subscribed(path.secretary)
    [before] = [event for name, event in events(address).items() if "审查决定" in name]

    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.do("extend", path.secretary, until=date(2026, 5, 15), reason="等待补充数据")

    [after] = [event for name, event in events(address).items() if "审查决定" in name]
    assert (before["uid"], before["sequence"]) == (after["uid"], 0)
    assert (after["sequence"], after.decoded("dtstart")) == (1, date(2026, 5, 15))


def test_limit_in_hours_has_its_minute(path: Case) -> None:
    due = datetime(2026, 3, 12, 3, 30, tzinfo=SHANGHAI)
    clock.start(
        "review.triage",
        path.review,
        at=timezone.now(),
        label="判断紧急程度",
        due_at=due,
        unit="hours",
        body=path.committee,
        role="secretary",
    )

    event = events(subscribed(path.secretary))[f"判断紧急程度（{path.review.ref}）"]

    assert event.decoded("dtstart") == due


def test_feed_of_each_person_holds_what_is_theirs_and_nothing_they_may_not_see(path: Case) -> None:
    outsider = person()
    member = path.members[3]

    assert {name for name in events(subscribed(path.lead)) if path.review.ref in name} == set()
    assert {name for name in events(subscribed(member)) if path.review.ref in name} == set()
    assert events(subscribed(outsider)) == {}


def test_secretary_with_an_interest_has_the_deadline_no_longer(path: Case) -> None:
    from ethicsreview.lifecycle.door import perform

    address = subscribed(path.secretary)
    assert any("审查决定" in name for name in events(address))

    perform(
        path.committee,
        "declare_interests",
        by=path.secretary,
        none_to_declare="no",
        details="亲属",
        people=path.lead.username,
    )

    assert not any("审查决定" in name for name in events(address))


def test_address_that_is_revoked_renewed_unknown_or_of_nobody_is_nothing(path: Case) -> None:
    first = subscribed(path.lead)
    second = subscribed(path.lead)
    answers = [Client().get(address).status_code for address in (first, second, reverse("diary:feed", args=["x" * 43]))]
    get_user_model().objects.filter(pk=path.lead.pk).update(is_active=False)
    answers.append(Client().get(second).status_code)

    assert answers == [404, 200, 404, 404]
    assert FeedAddress.objects.filter(person=path.lead, revoked_at=None).count() == 1


def test_address_is_shown_once_and_kept_as_a_digest_alone(path: Case) -> None:
    client = Client()
    client.force_login(path.lead, backend="allauth.account.auth_backends.AuthenticationBackend")

    made = client.post(reverse("diary:make")).content.decode()
    again = client.get(reverse("diary:address")).content.decode()
    secret = made.split("<code>")[1].split("/calendar/")[1].split(".ics")[0]
    gone = client.post(reverse("diary:revoke"))

    assert len(secret) == 43
    assert secret not in again
    assert not FeedAddress.objects.filter(digest__contains=secret).exists()
    assert (gone.status_code, Client().get(reverse("diary:feed", args=[secret])).status_code) == (302, 404)


def test_visitor_makes_no_address() -> None:
    assert [Client().get(reverse("diary:address")).status_code, Client().post(reverse("diary:make")).status_code] == [
        302,
        302,
    ]
    assert not FeedAddress.objects.exists()


def test_feed_reads_as_little_for_many_as_for_one(path: Case) -> None:
    address = subscribed(path.secretary)
    Client().get(address)
    with queries() as one:
        Client().get(address)
    for _number in range(2):
        Case(path.committee, path.lead, path.at).accepted()

    with queries() as three:
        Client().get(address)

    assert len([name for name in events(address) if "审查决定" in name]) == 3
    assert len(one) == len(three) <= 5


def test_last_reading_is_kept_to_the_hour(path: Case, time_machine: object) -> None:
    address = subscribed(path.lead)
    Client().get(address)
    first = FeedAddress.objects.get(person=path.lead).last_read_at
    time_machine.shift(timedelta(minutes=59))
    Client().get(address)
    second = FeedAddress.objects.get(person=path.lead).last_read_at
    time_machine.shift(timedelta(minutes=2))
    Client().get(address)

    third = FeedAddress.objects.get(person=path.lead).last_read_at
    assert (second, third) == (first, first + timedelta(minutes=61))
