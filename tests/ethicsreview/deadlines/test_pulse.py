"""One of two beats works."""

from datetime import UTC, datetime, timedelta

import pytest

from ethicsreview.deadlines import pulse

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def test_first_beat_works_and_the_second_stands_by() -> None:
    beats = [
        (name, pulse.take("beat", name, AT + number * SECOND, LEASE))
        for number in range(0, 120, 10)
        for name in ("one", "two")
    ]

    assert beats == [("one", True), ("two", False)] * 12


def test_second_beat_takes_over_when_the_first_has_died() -> None:
    pulse.take("beat", "one", AT, LEASE)

    assert not pulse.take("beat", "two", AT + LEASE, LEASE)
    assert pulse.take("beat", "two", AT + LEASE + SECOND, LEASE)
    assert not pulse.take("beat", "one", AT + LEASE + 2 * SECOND, LEASE)


def test_second_beat_takes_over_at_once_when_the_first_ends_in_order() -> None:
    pulse.take("beat", "one", AT, LEASE)
    pulse.give_up("beat", "two")
    still_held = pulse.take("beat", "two", AT + SECOND, LEASE)
    pulse.give_up("beat", "one")

    assert (still_held, pulse.take("beat", "two", AT + SECOND, LEASE)) == (False, True)


def test_lease_given_before_the_clock_was_set_back_does_not_hold_for_a_day() -> None:
    pulse.take("beat", "one", AT + timedelta(days=1), LEASE)

    assert pulse.take("beat", "two", AT, LEASE)
