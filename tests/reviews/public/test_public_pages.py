"""What everybody reads without an account: disclosures and their feed, registers, open statistics, the front page."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from committees.kinds import Registered
from committees.models.registration import note
from ethicsreview.deadlines.calendar import law_day
from reviews.models import Counter, Decision
from reviews.oversight.publicity.statistics import REST
from tests.committees.builders import committee
from tests.reviews.builders import case
from tests.reviews.disclosures import TEXT, telling
from tests.reviews.local_rules import local_rule

pytestmark = pytest.mark.django_db
BUDGET = 12


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def url(name: str, *args: str) -> str:
    return reverse(f"public:{name}", args=args)


def read(client: Client, path: str, **query: Any) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        read(client, path)
    return len(caught)


@pytest.mark.article("shandong", 17)
def test_a_disclosure_is_read_corrected_and_withdrawn_in_its_place(client: Client) -> None:
    made = telling().drafted()
    hidden = [client.get(url("disclosure", made.disclosure.ref)).status_code]
    made.take("submit", checked=True)
    hidden.append(client.get(url("disclosure", made.disclosure.ref)).status_code)
    made.approve()
    first = made.disclosure

    page = read(client, url("disclosure", first.ref))
    assert hidden == [404, 404]
    assert all(TEXT[name] in page for name in ("title", "happened", "facts", "basis", "measures", "contact"))
    # Kinds of sources, never a number or a name; nor who wrote and approved it.
    assert "突发事件应急响应" in page
    assert not any(one in page for one in (made.event.ref, made.event.title, made.writer.name, made.second.name))

    made.corrected(facts="更正后的事实")
    old, new = read(client, url("disclosure", first.ref)), read(client, url("disclosure", made.disclosure.ref))
    assert "这一版已经更正" in old
    assert url("disclosure", made.disclosure.ref) in old
    assert "更正后的事实" in new
    assert "日期有误" in new
    assert read(client, url("disclosures")).count(f'href="{url("disclosure", first.ref)}"') == 0

    made.take("withdraw", reason="涉及个人隐私")
    texts = [
        read(client, path)
        for path in (
            url("disclosures"),
            url("disclosure", first.ref),
            url("disclosure", made.disclosure.ref),
            url("disclosures_feed"),
        )
    ]
    assert all("涉及个人隐私" in text for text in texts)
    assert not any(TEXT[name] in text for text in texts for name in ("title", "happened", "measures"))


def test_the_feed_is_the_same_for_everybody_and_sent_once(client: Client) -> None:
    made = telling().published()

    answer = client.get(url("disclosures_feed"))
    again = client.get(url("disclosures_feed"), headers={"if-none-match": answer["ETag"]})
    english = client.get(url("disclosures_feed"), headers={"accept-language": "en"})

    assert answer["Content-Type"].startswith("application/atom+xml")
    assert f"http://testserver{url('disclosure', made.disclosure.ref)}" in answer.content.decode()
    assert (again.status_code, again.content, english.content) == (304, b"", answer.content)
    assert answer["Cache-Control"] == "public, max-age=3600"


def test_committees_are_found_and_their_people_are_not_named(client: Client) -> None:
    made = committee(7, "370100")
    other = committee(7, "510100")
    note(
        made.registrations,
        Registered.REGISTRATION,
        at=_at(),
        person=None,
        number="登-2026-1",
        handled_on=law_day(_at()),
    )

    page = read(client, url("committees"), region="370000", q=made.name[:4])
    detail = read(client, url("committee", made.ref))

    assert made.name in page
    assert "登-2026-1" in page
    assert other.name not in page
    assert "登-2026-1" in detail
    people = [seat.person.name for seat in made.members_at(law_day(_at()))]
    assert people
    assert not any(name in text for text in (page, detail) for name in people)
    assert client.get(url("committee", "C0")).status_code == 404


def _at() -> datetime:
    return datetime.now(UTC)


def test_an_approval_is_listed_as_far_as_its_place_makes_public(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = case().concluded()
    decision = Decision.objects.get()
    place = path.committee.region

    page = read(client, url("decisions"), q=decision.number)
    assert decision.number in page
    assert path.committee.name in page
    assert path.project.title not in page
    assert path.project.institution.name not in page.replace(path.committee.name, "")
    assert ">有效<" in page
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_project SET state = 'suspended'")
    assert ">有效<" not in read(client, url("decisions"))
    for query in ({"region": "650000"}, {"committee": "C0"}, {"q": "无此文号"}):
        assert "没有符合条件的批准决定。" in read(client, url("decisions"), **query)

    local_rule(monkeypatch, "publicity.decision_parts", value=("title", "date"), region=place)
    page = read(client, url("decisions"))
    assert path.project.title in page
    assert decision.number not in page
    assert path.committee.ref not in page
    local_rule(monkeypatch, "publicity.decisions", value=False, region=place)
    assert path.project.title not in read(client, url("decisions"))
    local_rule(monkeypatch, "publicity.committee_people", value=True, region=place)
    chair = path.chair.name
    assert chair in read(client, url("committee", path.committee.ref))


def counted(rows: list[tuple[str, str, str, str, str, int]]) -> None:
    names = ("period", "region", "field", "procedure", "detail", "number")
    Counter.objects.bulk_create(Counter(measure="decided", **dict(zip(names, row, strict=True))) for row in rows)


YEAR = [
    ("2025", "370102", "medicine", "general", "approved", 20),
    ("2025", "370103", "medicine", "general", "approved", 10),
    ("2025", "370102", "medicine", "general", "rejected", 2),
    ("2025", "370102", "ai", "simplified", "approved", 9),
    ("2025", "370200", "ai", "simplified", "approved", 3),
    ("2025-06", "370102", "medicine", "general", "approved", 30),
    ("2026", "370102", "medicine", "general", "approved", 50),
    ("2024", "370102", "medicine", "general", "approved", 2),
]


def test_open_statistics_tell_no_small_number_and_say_what_they_mean(client: Client) -> None:
    counted(YEAR)
    with time_machine.travel(datetime(2026, 6, 1, 4, tzinfo=UTC), tick=False):
        answer = client.get(url("statistics_file"))
        described = json.loads(client.get(url("statistics_metadata")).content)
        page = read(client, url("statistics"), year="2025")
        missing = [
            client.get(url("statistics"), query).status_code
            for query in (
                {"year": "2024"},
                {"year": "2026"},
                {"year": "2025", "city": REST},
                {"year": "2025", "city": "370200"},
            )
        ]

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    # Neither the year that goes on, nor the one with two; Qingdao's three and Jinan's rest in one.
    assert {row["year"] for row in rows} == {"2025"}
    assert [(row["level"], row["city"], int(row["decisions"])) for row in rows[:2]] == [
        ("year", "", 44),
        ("city", REST, 44),
    ]
    assert min(int(row["decisions"]) for row in rows) >= 5
    assert missing == [404, 404, 404, 404]
    assert "其余（合并）" in page
    columns = [one["name"] for one in described["tableSchema"]["columns"]]
    assert columns == list(rows[0])
    assert described["dc:license"]["@id"].startswith("https://creativecommons.org/")
    assert all({"zh", "en"} == set(one["dc:description"]) for one in described["tableSchema"]["columns"])
    assert "statistics/decisions.csv-metadata.json" in answer["Link"]


PAGES = ["front", "disclosures", "committees", "decisions", "statistics", "statistics_file", "disclosures_feed"]


def test_public_pages_cost_the_same_for_more_and_are_kept_for_a_minute(client: Client) -> None:
    case().concluded()
    made = telling().published()
    pages = [*map(url, PAGES), url("disclosure", made.disclosure.ref), url("committee", committee(7).ref)]
    few = [cost(client, page) for page in pages]
    case().concluded()
    telling("510000").published()
    made.disclosure.refresh_from_db()
    cache.clear()
    many = [cost(client, page) for page in pages]

    assert many == few
    assert max(few) <= BUDGET
    assert client.get(url("disclosures"))["Cache-Control"] == "private, max-age=60"
    client.force_login(made.writer)
    assert "no-store" in client.get(url("disclosures"))["Cache-Control"]


def test_the_first_page_leads_everybody_everywhere(client: Client) -> None:
    for page in (read(client, url("front")), read(client, "/")):
        for name in ("committees", "decisions", "find", "disclosures", "published", "statistics", "complain"):
            assert f'href="{url(name)}"' in page
        assert f'href="{reverse("policy:rules")}"' in page


def test_public_pages_only_answer_reading_and_take_no_cursor_that_is_none(client: Client) -> None:
    assert {client.post(url(name)).status_code for name in (*PAGES, "statistics_metadata")} == {405}
    lists = ("disclosures", "committees", "decisions")
    assert {client.get(url(name), {"cursor": "x"}).status_code for name in lists} == {404}
