from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ethicsreview.accounts.models import Person
from ethicsreview.notices.models import Notice
from ethicsreview.notices.views import PAGE

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def inbox(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def notice(person: Person, number: int, **fields: object) -> Notice:
    usual = {
        "key": "review.accept",
        "subject": f"通知{number:03}",
        "text": "正文",
        "created_at": AT,
        "dedupe": str(number),
    }
    return Notice.objects.create(person=person, **(usual | fields))


def subjects(response: object) -> list[str]:
    return [row.subject for row in response.context["notices"]]  # type: ignore[attr-defined]


def test_inbox_needs_a_sign_in(client: Client) -> None:
    response = client.get("/inbox/")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/inbox/")


def test_inbox_shows_ones_own_newest_first(inbox: Client, person: Person, foreigner: Person) -> None:
    for number in (1, 2):
        notice(person, number)
    notice(foreigner, 3)

    response = inbox.get("/inbox/")

    assert subjects(response) == ["通知002", "通知001"]
    assert "通知002" in response.content.decode()
    assert "通知003" not in response.content.decode()


def test_inbox_escapes_what_a_title_holds(inbox: Client, person: Person) -> None:
    notice(person, 1, subject="<script>alert(1)</script>", text="<b>粗</b>")

    page = inbox.get("/inbox/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_inbox_pages_by_key(inbox: Client, person: Person) -> None:
    for number in range(PAGE + 5):
        notice(person, number)

    first = inbox.get("/inbox/")
    notice(person, 900)  # arrives while the person reads: no row is shown twice or skipped
    second = inbox.get("/inbox/", {"before": first.context["next_before"]})

    assert len(subjects(first)) == PAGE
    assert subjects(second) == [f"通知{number:03}" for number in (4, 3, 2, 1, 0)]
    assert second.context["next_before"] is None


def test_inbox_filters_unread_and_keeps_the_filter_over_pages(inbox: Client, person: Person) -> None:
    for number in range(PAGE + 2):
        notice(person, number, read_at=AT if number == 5 else None)

    response = inbox.get("/inbox/", {"unread": "1"})

    assert "通知005" not in subjects(response)
    assert f"?before={response.context['next_before']}&amp;unread=1" in response.content.decode()


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=99999999999999999999", "unread=%F0%9F%98%80", "x=1"]
)
def test_inbox_stands_any_address(inbox: Client, person: Person, query: str) -> None:
    notice(person, 1)

    assert subjects(inbox.get(f"/inbox/?{query}")) == ["通知001"]


def test_inbox_needs_as_many_queries_for_three_rows_as_for_one(inbox: Client, person: Person) -> None:
    notice(person, 1)
    with CaptureQueriesContext(connection) as one:
        inbox.get("/inbox/")
    notice(person, 2)
    notice(person, 3)

    with CaptureQueriesContext(connection) as three:
        inbox.get("/inbox/")

    assert len(three) == len(one)
    assert len(three) <= 12


def test_open_marks_read_and_leads_to_the_object(inbox: Client, person: Person) -> None:
    row = notice(person, 1, url="/portal/projects/P1/")

    response = inbox.get(f"/inbox/{row.pk}/")

    assert (response.status_code, response["Location"]) == (302, "/portal/projects/P1/")
    row.refresh_from_db()
    first_read = row.read_at
    assert first_read is not None
    inbox.get(f"/inbox/{row.pk}/")
    row.refresh_from_db()
    assert row.read_at == first_read


def test_open_shows_a_notice_that_leads_nowhere(inbox: Client, person: Person) -> None:
    row = notice(person, 1, text="第一段\n\n第二段")

    page = inbox.get(f"/inbox/{row.pk}/").content.decode()

    assert "<p>第二段</p>" in page


def test_open_never_leads_out_of_the_service(inbox: Client, person: Person) -> None:
    row = notice(person, 1, url="/\\evil.example")

    assert inbox.get(f"/inbox/{row.pk}/").status_code == 200


def test_open_of_somebody_elses_is_not_found_and_stays_unread(inbox: Client, foreigner: Person) -> None:
    row = notice(foreigner, 1)

    assert inbox.get(f"/inbox/{row.pk}/").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_mark_all_read_spares_what_came_later_and_others(inbox: Client, person: Person, foreigner: Person) -> None:
    seen = notice(person, 1)
    other = notice(foreigner, 2)
    newer = notice(person, 3)

    inbox.post("/inbox/read/", {"upto": seen.pk})

    read = {row.pk: row.read_at is not None for row in Notice.objects.all()}
    assert read == {seen.pk: True, other.pk: False, newer.pk: False}


@pytest.mark.parametrize("path", ["/inbox/read/", "/inbox/1/done/", "/inbox/preferences/robots/"])
def test_changes_are_made_by_post_alone(inbox: Client, path: str) -> None:
    assert inbox.get(path).status_code == 405


def test_done_is_ones_own_tick_and_can_be_taken_back(inbox: Client, person: Person, foreigner: Person) -> None:
    mine, theirs = notice(person, 1), notice(foreigner, 2)

    done = inbox.post(f"/inbox/{mine.pk}/done/", {"done": "1", "next": "/inbox/?show=open&kind=review"})

    assert (done.status_code, done["Location"]) == (302, "/inbox/?show=open&kind=review")
    assert (subjects(inbox.get("/inbox/?show=open")), subjects(inbox.get("/inbox/?show=done"))) == ([], ["通知001"])
    mine.refresh_from_db()
    assert mine.read_at is not None
    assert (
        inbox.post(f"/inbox/{mine.pk}/done/", {"done": "0", "next": "https://evil.example/"})["Location"] == "/inbox/"
    )
    assert subjects(inbox.get("/inbox/?show=open")) == ["通知001"]
    assert inbox.post(f"/inbox/{theirs.pk}/done/", {"done": "1"}).status_code == 404


def test_inbox_filters_by_kind_and_keeps_it_over_pages(inbox: Client, person: Person) -> None:
    for number in range(PAGE + 2):
        notice(person, number)
    notice(person, 900, key="deadline.reminder")

    response = inbox.get("/inbox/", {"kind": "review"})

    assert "通知900" not in subjects(response)
    assert "&amp;kind=review" in response.content.decode()
    assert subjects(inbox.get("/inbox/", {"kind": "deadline"})) == ["通知900"]


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (1, "1"), (99, "99"), (100, "99+"), (150, "99+")])
def test_unread_count_is_bounded(inbox: Client, person: Person, number: int, shown: str) -> None:
    for index in range(number):
        notice(person, index)

    assert str(inbox.get("/inbox/").context["unread_notices"]) == shown
