from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from ethicsreview.accounts.models import Appointment, Person
from ethicsreview.ui.keyset import page
from tests.factories import AppointmentFactory, PersonFactory

pytestmark = pytest.mark.django_db


def walk(by: list[str], size: int) -> list[int]:
    seen: list[int] = []
    cursor = ""
    while True:
        found = page(Appointment.objects.all(), by=by, cursor=cursor, size=size)
        assert found.is_first is (cursor == "")
        seen += [row.pk for row in found.rows]
        cursor = found.next
        if not cursor:
            return seen


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize(
    "by",
    [["pk"], ["-pk"], ["starts", "pk"], ["-starts", "-pk"], ["ends", "pk"], ["ends", "-starts", "pk"], ["-ends", "pk"]],
)
def test_pages_hold_every_row_once_in_order(by: list[str], size: int) -> None:
    ends = [None, date(2027, 1, 1), date(2027, 1, 1), None, date(2026, 6, 1), date(2028, 1, 1), None]
    for place, end in enumerate(ends):
        AppointmentFactory(starts=date(2025, 1, 1) + timedelta(days=place % 3), ends=end)

    seen = walk(by, size)

    assert len(seen) == len(ends)
    assert seen == [row.pk for row in page(Appointment.objects.all(), by=by, size=100).rows]


def test_rows_without_a_value_come_last_either_way() -> None:
    endless = AppointmentFactory(ends=None)
    AppointmentFactory(ends=date(2027, 1, 1))

    assert walk(["ends", "pk"], 1)[-1] == endless.pk
    assert walk(["-ends", "pk"], 1)[-1] == endless.pk


def test_a_row_that_is_added_moves_no_other_onto_the_next_page() -> None:
    people = PersonFactory.create_batch(4)
    first = page(Person.objects.all(), by=["-pk"], size=2)
    PersonFactory()

    second = page(Person.objects.all(), by=["-pk"], size=2, cursor=first.next)

    assert [row.pk for row in second.rows] == [people[1].pk, people[0].pk]


def test_moments_survive_the_cursor() -> None:
    for minute in range(3):
        PersonFactory(date_joined=datetime(2026, 1, 1, 0, minute, 0, 123456, tzinfo=UTC))
    first = page(Person.objects.all(), by=["date_joined", "pk"], size=2)

    second = page(Person.objects.all(), by=["date_joined", "pk"], size=2, cursor=first.next)

    assert [row.date_joined.minute for row in second.rows] == [2]


@pytest.mark.parametrize(
    "cursor", ["x", "bm90IGpzb24", "WzEsMl0", "WyJub3QgYSBudW1iZXIiXQ", "W10", "é" * 9, "W251bGxd" * 50]
)
def test_a_cursor_that_is_not_ours_is_not_found(cursor: str) -> None:
    with pytest.raises(Http404):
        page(Person.objects.all(), by=["pk"], cursor=cursor)


def test_one_query_a_page() -> None:
    PersonFactory.create_batch(3)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(Person.objects.all(), by=["pk"], size=2)

    assert len(queries) == 1
