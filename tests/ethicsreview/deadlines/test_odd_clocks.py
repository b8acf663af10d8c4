"""Clocks that stood still or went back, days that not every month has."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines import clock, pulse, sweep
from ethicsreview.deadlines.calendar import LAW_ZONE
from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.models import Notice

from .conftest import ACCEPTED, DAY, DUE, MINUTE, Review

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deadline]
Appoint = Callable[..., Person]


def test_late_answer_after_the_clock_was_set_back_is_kept_all_the_same(begin: Begin, review: Review) -> None:
    begin(review)

    closed = clock.meet("decision", review, at=ACCEPTED - DAY)

    assert (closed.outcome, closed.closed_at) == ("met", ACCEPTED)


def test_sweep_says_when_it_last_ran_and_that_the_clock_went_back(
    begin: Begin, review: Review, caplog: pytest.LogCaptureFixture
) -> None:
    begin(review)

    sweep.sweep(DUE)
    first = pulse.last(pulse.SWEEP)
    sweep.sweep(DUE - DAY)
    second = pulse.last(pulse.SWEEP)

    assert first is not None
    assert second is not None
    assert (first.at, first.facts["breached"], second.at, second.facts["visited"]) == (DUE, 1, DUE - DAY, 0)
    assert [record.msg["event"] for record in caplog.records if record.levelname == "WARNING"] == ["clock_set_back"]


def test_missed_days_are_caught_up_in_the_order_of_their_coming(begin: Begin, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    for number, days in ((1, 3), (2, 1), (3, 2)):
        begin(Review(f"R2026-{number:06}"), due_at=DUE + days * DAY, length=0, unit="fixed", ladder=[])

    sweep.sweep(DUE + 30 * DAY)

    assert list(Notice.objects.order_by("pk").values_list("object_ref", flat=True)) == [
        *("R2026-000002", "R2026-000003", "R2026-000001")
    ]


@pytest.mark.parametrize(
    ("started", "months", "last_day"),
    [
        (datetime(2025, 8, 31, 9, tzinfo=LAW_ZONE), 6, date(2026, 2, 28)),
        (datetime(2027, 8, 31, 9, tzinfo=LAW_ZONE), 6, date(2028, 2, 29)),
        (datetime(2028, 2, 29, 23, 59, tzinfo=LAW_ZONE), 12, date(2029, 2, 28)),
    ],
)
def test_month_ends_and_leap_days_are_swept_at_midnight_and_not_before(
    begin: Begin, review: Review, appoint: Appoint, started: datetime, months: int, last_day: date
) -> None:
    appoint("secretary", "secretary")
    row = begin(review, at=started, length=months, unit="months", ladder=[], escalate_to=[])
    midnight = datetime(last_day.year, last_day.month, last_day.day, tzinfo=LAW_ZONE) + DAY

    early, on_time = sweep.sweep(midnight - MINUTE), sweep.sweep(midnight)

    assert (row.last_day, early.breached, on_time.breached) == (last_day, 0, 1)
