from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from ethicsreview.deadlines import clock
from ethicsreview.deadlines.calendar import LAW_ZONE
from ethicsreview.deadlines.models import Deadline

from .conftest import ACCEPTED, DAY, DUE, Review

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deadline]


@pytest.mark.article("national", 17)
def test_start_sets_the_end_and_the_first_reminder(begin: Begin, review: Review) -> None:
    deadline = begin(review)

    assert deadline.due_at == DUE
    assert deadline.next_at == DUE - 7 * DAY
    assert (deadline.subject_kind, deadline.subject_ref) == ("project", "P2026-000001")
    assert (deadline.object_kind, deadline.object_ref) == ("review", "R2026-000001")
    assert deadline.url == "/desk/reviews/R2026-000001/"
    assert deadline.last_day == date(2026, 4, 1)


def test_start_leaves_out_reminders_that_lie_before_it(begin: Begin, review: Review) -> None:
    deadline = begin(review, length=2)

    assert (deadline.stage, deadline.next_at) == (2, deadline.due_at - DAY)


def test_start_that_is_late_already_goes_to_the_next_sweep(begin: Begin, review: Review) -> None:
    deadline = begin(review, length=0, unit="fixed", due_at=ACCEPTED - DAY)

    assert deadline.next_at == deadline.due_at


def test_start_twice_is_refused_by_the_database(begin: Begin, review: Review) -> None:
    begin(review)

    with pytest.raises(IntegrityError), transaction.atomic():
        begin(review)

    clock.meet("decision", review, at=ACCEPTED + DAY)
    begin(review, at=ACCEPTED + 2 * DAY)
    assert Deadline.objects.of(review).count() == 2
    assert Deadline.objects.of(review).open().count() == 1


@pytest.mark.parametrize(
    "terms",
    [{"length": 0}, {"length": 30, "unit": "fixed"}, {"body": None, "role": "secretary"}, {"unit": "weeks"}],
)
def test_start_with_contradictory_terms_is_refused(begin: Begin, review: Review, terms: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - WrongTerms, and the enum's own for a unit that is none
        begin(review, **terms)


def test_meet_in_time_closes_without_a_breach(begin: Begin, review: Review) -> None:
    begin(review)

    met = clock.meet("decision", review, at=DUE - timedelta(seconds=1))

    met.refresh_from_db()
    assert (met.outcome, met.breached_at, met.next_at) == ("met", None, None)
    assert not met.is_late(DUE + DAY)


def test_meet_at_24_00_is_late_and_stays_so(begin: Begin, review: Review) -> None:
    begin(review)

    met = clock.meet("decision", review, at=DUE)

    met.refresh_from_db()
    assert (met.outcome, met.breached_at) == ("met", DUE)
    assert met.is_late(DUE)


def test_change_without_an_open_deadline_is_refused(review: Review) -> None:
    for change in (clock.meet, clock.pause, clock.resume):
        with pytest.raises(clock.NotRunning):
            change("decision", review, at=ACCEPTED)
    with pytest.raises(clock.NotRunning):
        clock.extend("decision", review, due_at=DUE, reason="x", at=ACCEPTED)


def test_cancel_closes_what_is_open_and_nothing_else(begin: Begin, review: Review) -> None:
    assert clock.cancel("decision", review, at=ACCEPTED) is None
    begin(review)
    other = begin(Review("R2026-000002"))

    cancelled = clock.cancel("decision", review, at=ACCEPTED + DAY)

    assert cancelled is not None
    assert cancelled.outcome == "cancelled"
    assert list(Deadline.objects.open()) == [other]


def test_pause_and_resume_move_the_end_by_whole_days(begin: Begin, review: Review) -> None:
    begin(review)
    stopped = datetime(2026, 3, 5, 14, tzinfo=LAW_ZONE)

    paused = clock.pause("decision", review, at=stopped)
    assert (paused.next_at, paused.left(stopped)) == (None, "已暂停计时")
    resumed = clock.resume("decision", review, at=datetime(2026, 3, 8, 10, tzinfo=LAW_ZONE))

    resumed.refresh_from_db()
    assert resumed.due_at == DUE + 3 * DAY
    assert resumed.paused_total == timedelta(days=2, hours=20)
    assert resumed.next_at == DUE - 4 * DAY
    assert [entry["change"] for entry in resumed.history] == ["paused", "resumed"]


def test_pause_and_resume_of_hours_move_the_end_to_the_minute(begin: Begin, review: Review) -> None:
    begin(review, length=72, unit="hours", ladder=[])
    stopped = ACCEPTED + timedelta(hours=1)

    clock.pause("decision", review, at=stopped)
    resumed = clock.resume("decision", review, at=stopped + timedelta(minutes=95))

    assert resumed.due_at == ACCEPTED + timedelta(hours=72, minutes=95)


def test_pause_after_the_end_does_not_undo_the_breach(begin: Begin, review: Review) -> None:
    begin(review)

    clock.pause("decision", review, at=DUE + DAY)
    resumed = clock.resume("decision", review, at=DUE + 5 * DAY)

    assert resumed.due_at == DUE
    assert resumed.is_late(DUE + 5 * DAY)
    assert resumed.next_at == DUE - 7 * DAY  # the sweep has not been here: it still notes the breach


def test_pause_twice_is_refused(begin: Begin, review: Review) -> None:
    begin(review)
    clock.pause("decision", review, at=ACCEPTED + DAY)

    with pytest.raises(clock.NotRunning):
        clock.pause("decision", review, at=ACCEPTED + 2 * DAY)


@pytest.mark.article("national", 17)
def test_extend_keeps_the_old_limit_and_the_reason(begin: Begin, review: Review) -> None:
    begin(review)
    later = DUE + 15 * DAY

    extended = clock.extend("decision", review, due_at=later, reason="需补充专家论证", at=ACCEPTED + 20 * DAY)

    extended.refresh_from_db()
    assert extended.due_at == later
    assert extended.next_at == later - 7 * DAY
    assert extended.history == [
        {
            "change": "extended",
            "at": "2026-03-22T02:00:00+00:00",
            "from": "2026-04-01T16:00:00+00:00",
            "to": "2026-04-16T16:00:00+00:00",
            "reason": "需补充专家论证",
        }
    ]


def test_extend_after_the_end_does_not_undo_the_breach(begin: Begin, review: Review) -> None:
    begin(review)

    extended = clock.extend("decision", review, due_at=DUE + 9 * DAY, reason="专家缺席", at=DUE + 2 * DAY)

    assert extended.breached_at == DUE
    assert extended.is_late(DUE + 3 * DAY)


@pytest.mark.parametrize(("due_at", "reason"), [(DUE, "晚了"), (DUE - DAY, "早了"), (DUE + DAY, "  ")])
def test_extend_needs_a_later_end_and_a_reason(begin: Begin, review: Review, due_at: datetime, reason: str) -> None:
    begin(review)

    with pytest.raises(clock.WrongTerms):
        clock.extend("decision", review, due_at=due_at, reason=reason, at=ACCEPTED)


def test_late_lists_only_running_deadlines_past_their_end(begin: Begin) -> None:
    late, in_time, paused, met = (Review(f"R2026-00000{n}") for n in range(1, 5))
    begin(late)
    begin(in_time, length=60)
    begin(paused)
    clock.pause("decision", paused, at=ACCEPTED)
    begin(met)
    clock.meet("decision", met, at=DUE - DAY)

    def refs(at: datetime) -> list[str]:
        return [deadline.object_ref for deadline in Deadline.objects.late(at)]

    assert refs(DUE - timedelta(seconds=1)) == []
    assert refs(DUE) == [late.ref]


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (DUE - 3 * DAY, "还剩2天"),
        (DUE - timedelta(hours=30), "还剩1天"),
        (DUE - timedelta(seconds=1), "今天到期"),
        (DUE, "已逾期1天"),
        (DUE + 2 * DAY, "已逾期3天"),
    ],
)
def test_left_counts_days_in_shanghai(begin: Begin, review: Review, at: datetime, left: str) -> None:
    deadline = begin(review)

    assert deadline.left(at) == left


@pytest.mark.parametrize(
    ("passed", "zh"),
    [
        (timedelta(hours=71), "还剩1小时0分"),
        (timedelta(hours=71, minutes=30), "还剩0小时30分"),
        (timedelta(hours=73, minutes=1), "已逾期1小时1分"),
    ],
)
def test_left_counts_hours_in_an_emergency(begin: Begin, review: Review, passed: timedelta, zh: str) -> None:
    deadline = begin(review, length=72, unit="hours")

    assert deadline.left(ACCEPTED + passed) == zh


def test_is_provisional_only_where_a_holiday_could_move_it(begin: Begin) -> None:
    def starting(day: date, ref: str, **terms: object) -> bool:
        at = datetime(day.year, day.month, day.day, 9, tzinfo=LAW_ZONE)
        return begin(Review(ref), at=at, **terms).is_provisional

    assert starting(date(2027, 1, 20), "R1", shift_holidays=True)
    assert not starting(date(2027, 1, 20), "R2")
    assert not starting(date(2026, 3, 2), "R3", shift_holidays=True)


def test_label_is_kept_in_the_source_language(begin: Begin, review: Review) -> None:
    from django.utils.translation import gettext_lazy

    with translation.override("en"):
        deadline = begin(review, label=gettext_lazy("作出审查决定"))

    assert deadline.label == "作出审查决定"
