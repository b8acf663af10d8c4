from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ethicsreview.accounts.models import Body, Person
from ethicsreview.deadlines import clock, sweep
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.models import Notice
from ethicsreview.policy import policy_for
from ethicsreview.trail.models import Entry

from .conftest import ACCEPTED, DAY, DUE, MINUTE, Review

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deadline]
Appoint = Callable[..., Person]


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("person__username", "key"))


def test_sweep_reminds_once_however_often_it_runs(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    begin(review)

    before = sweep.sweep(DUE - 7 * DAY - MINUTE)
    first = sweep.sweep(DUE - 7 * DAY)
    again = sweep.sweep(DUE - 7 * DAY + MINUTE)

    assert (before.visited, first, again.visited) == (0, sweep.Swept(visited=1, reminded=1), 0)
    assert told() == [("secretary", "deadline.reminder")]
    notice = Notice.objects.get()
    assert notice.subject == "期限提醒：作出审查决定（还剩6天）：R2026-000001"
    assert notice.text == (
        "R2026-000001的“作出审查决定”截止于2026年4月1日，还剩6天。请按时办理。"
        "（依据：《科技伦理审查办法（试行）》第十七条）"
    )
    assert notice.url == "/desk/reviews/R2026-000001/"


def test_sweep_speaks_each_persons_language(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "foreign", language="en")
    begin(review)

    sweep.sweep(DUE - 7 * DAY)

    assert Notice.objects.get().subject.startswith("Reminder: ")


@pytest.mark.article("national", 17)
def test_sweep_records_a_breach_and_escalates_once(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    appoint("chair", "chair")
    begin(review)

    for minute in range(3):
        sweep.sweep(DUE + minute * MINUTE)

    deadline = Deadline.objects.get()
    assert (deadline.breached_at, deadline.is_open) == (DUE, True)
    assert told() == [("secretary", "deadline.breach"), ("chair", "deadline.escalation")]
    entry = Entry.objects.get()
    assert (entry.chain.subject_ref, entry.object_ref, entry.step) == (
        "P2026-000001",
        "R2026-000001",
        "deadline_breached",
    )
    assert (entry.actor_kind, entry.at, entry.citation) == ("system", DUE, "national:17")


def test_sweep_goes_on_reminding_after_the_breach(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    begin(review)
    sweep.sweep(DUE)

    sweep.sweep(DUE + 7 * DAY)

    assert told() == [("secretary", "deadline.breach"), ("secretary", "deadline.overdue")]
    assert Deadline.objects.get().next_at is None


def test_sweep_escalates_level_by_level(begin: Begin, review: Review, appoint: Appoint, committee: Body) -> None:
    for role in ("secretary", "chair", "regulator"):
        appoint(role, role)
    levels = [
        {"role": "chair", "body_id": committee.pk, "after": 24},
        {"role": "regulator", "body_id": committee.pk, "after": 72},
    ]
    begin(review, ladder=[], escalate_to=levels)

    for hours in (0, 23, 24, 71, 72):
        sweep.sweep(DUE + timedelta(hours=hours))

    assert told() == [
        ("secretary", "deadline.breach"),
        ("chair", "deadline.escalation"),
        ("regulator", "deadline.escalation"),
    ]


def test_sweep_after_a_month_of_outage_sends_no_stale_reminders(begin: Begin, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    soon, past = Review("R2026-000001"), Review("R2026-000002")
    begin(soon, length=60, ladder=[-40 * DAY, -30 * DAY, -29 * DAY, -1 * DAY])
    begin(past, ladder=[-7 * DAY, -1 * DAY, 7 * DAY, 14 * DAY])

    swept = sweep.sweep(DUE + 20 * DAY)

    assert swept == sweep.Swept(visited=2, reminded=1, breached=1, escalated=1, skipped=6)
    assert told() == [("secretary", "deadline.reminder"), ("secretary", "deadline.breach")]
    kept = {
        row.object_ref: [(one["change"], one.get("rungs")) for one in row.history] for row in Deadline.objects.all()
    }
    days = 86400
    assert kept == {
        soon.ref: [("skipped", [-40 * days, -30 * days]), ("reminded", None)],
        past.ref: [("skipped", [-7 * days, -1 * days, 7 * days, 14 * days]), ("escalated", None)],
    }


def test_sweep_touches_neither_closed_nor_paused_deadlines(begin: Begin, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    closed, paused = Review("R2026-000001"), Review("R2026-000002")
    begin(closed)
    clock.meet("decision", closed, at=ACCEPTED + DAY)
    begin(paused)
    clock.pause("decision", paused, at=ACCEPTED + DAY)

    assert sweep.sweep(DUE + 30 * DAY).visited == 0
    assert told() == []


def test_sweep_after_the_clock_was_set_back_waits_until_it_catches_up(
    begin: Begin, review: Review, appoint: Appoint
) -> None:
    appoint("secretary", "secretary")
    begin(review)
    sweep.sweep(DUE - 7 * DAY)

    for at in (DUE - 20 * DAY, DUE - 7 * DAY, DUE - 3 * DAY - MINUTE):
        assert sweep.sweep(at).visited == 0
    assert sweep.sweep(DUE - 3 * DAY).reminded == 1


def test_sweep_after_an_extension_climbs_the_new_ladder(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    begin(review)
    sweep.sweep(DUE)
    clock.extend("decision", review, due_at=DUE + 30 * DAY, reason="专家缺席", at=DUE + DAY)

    sweep.sweep(DUE + 23 * DAY)
    sweep.sweep(DUE + 30 * DAY)

    assert [key for _person, key in told()] == ["deadline.breach", "deadline.reminder", "deadline.breach"]
    assert Deadline.objects.get().breached_at == DUE
    assert Entry.objects.count() == 2


def test_duty_of_an_empty_seat_falls_to_those_above(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "gone", ends=date(2026, 3, 10))
    appoint("chair", "chair")
    begin(review)

    sweep.sweep(DUE - 7 * DAY)
    sweep.sweep(DUE)

    assert told() == [("chair", "deadline.reminder"), ("chair", "deadline.breach")]


def test_duty_of_a_named_person_is_theirs(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    lead = appoint("researcher", "lead")
    begin(review, person=lead, role="")

    sweep.sweep(DUE - 7 * DAY)

    assert told() == [("lead", "deadline.reminder")]


def test_notice_in_an_emergency_is_urgent(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    begin(review, length=72, unit="hours", ladder=[timedelta(hours=-24)])

    sweep.sweep(ACCEPTED + timedelta(hours=48))

    notice = Notice.objects.get()
    assert (notice.urgent, notice.subject) == (True, "期限提醒：作出审查决定（还剩24小时0分）：R2026-000001")


@pytest.mark.parametrize("at", [DUE - 7 * DAY, DUE + 40 * DAY])
def test_sweep_in_small_batches_visits_each_row_once(begin: Begin, appoint: Appoint, at: datetime) -> None:
    appoint("secretary", "secretary")
    for number in range(5):
        begin(Review(f"R2026-{number:06}"))

    seen: list[int] = []
    swept = sweep.sweep(at, limit=2, tell=lambda visit: seen.append(visit.deadline.pk))

    assert swept.visited == 5
    assert len(set(seen)) == 5
    assert Notice.objects.count() == 5


def test_sweep_of_many_reminders_needs_no_more_queries_than_of_one(begin: Begin, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    begin(Review("R2026-000000"))
    sweep.sweep(ACCEPTED)
    with CaptureQueriesContext(connection) as one:
        sweep.sweep(DUE - 7 * DAY)
    for number in range(1, 40):
        begin(Review(f"R2026-{number:06}"))

    with CaptureQueriesContext(connection) as many:
        swept = sweep.sweep(DUE - 7 * DAY)

    assert swept.reminded == 39
    assert len(many) == len(one)


def test_due_rows_are_found_by_index(begin: Begin, review: Review) -> None:
    begin(review)
    due = Deadline.objects.to_sweep(DUE)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a table of one row would be read whole
            cursor.execute("SET LOCAL enable_seqscan = off")

    assert "deadlines_to_sweep" in due.explain()


def test_one_bad_row_does_not_hold_up_the_others(begin: Begin, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    rows = [begin(Review(f"R2026-{number:06}")) for number in range(4)]
    Deadline.objects.filter(pk=rows[1].pk).update(escalate_to=[{"body_id": 1}])

    swept = sweep.sweep(DUE - 7 * DAY)

    assert swept.reminded == 3
    assert list(Deadline.objects.to_sweep(DUE - 7 * DAY)) == [rows[1]]


def test_dry_run_says_what_would_happen_and_changes_nothing(
    begin: Begin, review: Review, appoint: Appoint, committee: Body
) -> None:
    appoint("secretary", "secretary")
    begin(review)
    before = list(Deadline.objects.values())
    out = StringIO()

    call_command("sweep", "--at", "2026-04-01", "--dry-run", stdout=out)

    assert out.getvalue().splitlines() == [
        f"review:R2026-000001 decision due 2026-04-02 00:00: breach, skip 3, escalate to chair of {committee.pk}",
        "1 due by 2026-04-02 00:00: 0 reminded, 1 breached, 1 escalated, 0 over, 3 skipped (dry run: nothing changed)",
    ]
    assert list(Deadline.objects.values()) == before
    assert told() == []


def test_command_sweeps_at_the_moment_it_is_given(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    begin(review)
    out = StringIO()

    call_command("sweep", "--at", "2026-03-26T00:00", stdout=out)

    assert out.getvalue().splitlines() == [
        "review:R2026-000001 decision due 2026-04-02 00:00: remind (2026-03-26 00:00)",
        "1 due by 2026-03-26 00:00: 1 reminded, 0 breached, 0 escalated, 0 over, 0 skipped",
    ]


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "2026-03-01T25:00"])
def test_command_refuses_a_moment_that_is_none(text: str) -> None:
    with pytest.raises(CommandError, match=text):
        call_command("sweep", "--at", text)


# --- terms, levels, clocks that are wrong ---------------------------------------------------------------------------


def test_term_is_over_with_its_end_and_nobody_is_late(begin: Begin, review: Review, appoint: Appoint) -> None:
    appoint("secretary", "secretary")
    begin(review, lapses=True, ladder=[-7 * DAY], escalate_to=[])
    sweep.sweep(DUE - 7 * DAY)

    swept = sweep.sweep(DUE)

    row = Deadline.objects.get()
    assert (swept.lapsed, swept.breached, row.outcome, row.closed_at, row.breached_at) == (1, 0, "lapsed", DUE, None)
    assert told() == [("secretary", "deadline.reminder"), ("secretary", "deadline.lapse")]
    assert Entry.objects.count() == 0


def test_levels_rise_one_by_one_and_the_row_says_since_when(
    begin: Begin, review: Review, appoint: Appoint, committee: Body
) -> None:
    policy = policy_for(region="370100", at=ACCEPTED)
    for role in ("secretary", "chair", "vice_chair"):
        appoint(role, role)
    begin(
        review,
        ladder=ladder(policy, "reminders.decision"),
        escalate_to=levels(policy, ("chair", committee.pk), None, ("vice_chair", committee.pk)),
    )
    days = []

    for number in range(-12, 10):
        before = Notice.objects.count()
        sweep.sweep(DUE + number * DAY)
        days += [(number, person, key.removeprefix("deadline.")) for person, key in told()[before:]]

    assert days == [
        (-10, "secretary", "reminder"),
        (-3, "secretary", "reminder"),
        (-1, "secretary", "reminder"),
        (0, "secretary", "breach"),
        (0, "chair", "escalation"),
        (1, "secretary", "overdue"),
        (3, "secretary", "overdue"),
        (3, "vice_chair", "escalation"),
        (7, "secretary", "overdue"),
    ]
    assert Deadline.objects.get().escalated_at == DUE


def test_limit_in_hours_is_told_and_escalated_by_the_hour(
    begin: Begin, review: Review, appoint: Appoint, committee: Body
) -> None:
    policy = policy_for(region="370100", at=ACCEPTED)
    for role in ("secretary", "chair", "vice_chair"):
        appoint(role, role)
    above = levels(policy, ("chair", committee.pk), ("vice_chair", committee.pk), hours=True)
    begin(
        review,
        length=72,
        unit="hours",
        ladder=ladder(policy, "reminders.emergency", hours=True),
        escalate_to=above,
    )
    hours = []

    for number in range(40, 80):
        before = Notice.objects.count()
        sweep.sweep(ACCEPTED + timedelta(hours=number))
        hours += [(number, person) for person, _key in told()[before:]]

    assert hours == [
        *[(48, "secretary"), (66, "secretary"), (71, "secretary")],
        *[(72, "secretary"), (72, "chair"), (73, "secretary"), (78, "secretary"), (78, "vice_chair")],
    ]
