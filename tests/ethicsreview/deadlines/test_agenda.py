from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.deadlines.agenda import agenda_of, turn_at

DUE = datetime(2026, 4, 1, 16, tzinfo=UTC)
DAY = 86_400
CHAIR = {"role": "chair", "body_id": 1}
REGULATOR = {"role": "regulator", "body_id": 2, "after": 72}

rungs = st.lists(st.integers(-40 * DAY, 40 * DAY), max_size=6)
escalations = st.lists(st.builds(lambda hours: CHAIR | {"after": hours}, st.integers(0, 400)), max_size=3)
visits = st.lists(st.integers(-50 * DAY, 60 * DAY), min_size=1, max_size=12)


def test_agenda_holds_the_ladder_the_end_and_the_escalations_in_order() -> None:
    moments = agenda_of(DUE, [7 * DAY, -DAY, 0, -3 * DAY, -DAY], [REGULATOR, CHAIR])

    assert [(m.offset.total_seconds() / DAY, m.is_end, m.escalations) for m in moments] == [
        (-3, False, ()),
        (-1, False, ()),
        (0, True, ()),
        (0, False, (CHAIR,)),
        (3, False, (REGULATOR,)),
        (7, False, ()),
    ]


def test_turn_after_an_outage_sends_only_the_latest_reminder() -> None:
    moments = agenda_of(DUE, [-7 * DAY, -3 * DAY, -DAY], [])

    turn = turn_at(moments, 0, DUE - timedelta(hours=2))

    assert (turn.done, turn.reminder, turn.breach) == (3, moments[2], False)


def test_turn_past_the_end_sends_no_reminder_of_what_is_to_come() -> None:
    moments = agenda_of(DUE, [-7 * DAY, -3 * DAY], [CHAIR, REGULATOR])

    turn = turn_at(moments, 1, DUE + timedelta(days=30))

    assert (turn.reminder, turn.breach, turn.escalations) == (None, True, (CHAIR, REGULATOR))


def test_turn_does_nothing_when_the_clock_was_set_back() -> None:
    moments = agenda_of(DUE, [-7 * DAY, -3 * DAY], [])

    turn = turn_at(moments, 1, DUE - timedelta(days=20))

    assert (turn.done, turn.reminder, turn.breach, turn.escalations) == (1, None, False, ())


@given(rungs, escalations, visits)
def test_any_visits_breach_once_and_escalate_each_once(
    offsets: list[int], above: list[dict[str, object]], at: list[int]
) -> None:
    moments = agenda_of(DUE, offsets, above)
    stage, breaches, told = 0, 0, []

    for seconds in [*at, 100 * DAY]:
        turn = turn_at(moments, stage, DUE + timedelta(seconds=seconds))
        stage = turn.done
        breaches += turn.breach
        told += turn.escalations

    assert stage == len(moments)
    assert breaches == 1
    assert sorted(who["after"] for who in told) == sorted(who["after"] for who in above)
