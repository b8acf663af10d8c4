"""An overdue follow-up: told everywhere; it stops the activity by itself only where a policy says so."""

from datetime import datetime, timedelta

import pytest

from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.timely import take_timely
from ethicsreview.notices.models import Notice
from reviews.models import FollowUp
from tests.reviews.builders import Case
from tests.reviews.following import answers, approved, assessed, before_committee, decided, due, noon, state_of
from tests.reviews.local_rules import local_rule

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 19)]
KEY = "follow_up.overdue_suspends"


def day_after(path: Case, owed: FollowUp) -> datetime:
    day = owed.due_on + timedelta(days=1)
    path.at = noon(day.year, day.month, day.day)
    return path.at


def late_report(path: Case, owed: FollowUp) -> None:
    path.at += timedelta(minutes=1)
    owed.refresh_from_db()
    terms = answers(owed.asked(owed.policy_at(path.at)), path.at.date(), major_change="no")
    path.review = perform(owed, "report", by=path.lead, at=path.at, **terms).proceeding


def test_without_such_a_policy_an_overdue_follow_up_stops_nothing() -> None:
    path = approved()
    owed = due(path)
    take_timely(day_after(path, owed))

    owed.refresh_from_db()
    assert (state_of(path), owed.suspended_at) == ("approved", None)


def test_where_a_policy_says_so_it_stops_the_activity_on_the_day_after_and_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = approved()
    owed = due(path)
    local_rule(monkeypatch, KEY, value=True)
    take_timely(noon(owed.due_on.year, owed.due_on.month, owed.due_on.day))
    assert state_of(path) == "approved"

    assert take_timely(day_after(path, owed)) == 1
    assert take_timely(path.at) == 0

    owed.refresh_from_db()
    assert (state_of(path), owed.state, owed.suspended_at) == ("suspended", "due", path.at)
    told = Notice.objects.filter(key="follow_up.stop_overdue").values_list("person", flat=True)
    assert {path.lead.pk, path.secretary.pk} <= set(told)


def test_the_policy_of_another_place_stops_nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    path = approved()
    owed = due(path)
    local_rule(monkeypatch, KEY, value=True, region="510100")

    assert take_timely(day_after(path, owed)) == 0


def test_once_reported_and_found_fit_to_continue_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    path = approved()
    owed = due(path)
    local_rule(monkeypatch, KEY, value=True)
    take_timely(day_after(path, owed))
    late_report(path, owed)
    decided(path, "continued")

    assert state_of(path) == "approved"


def test_it_does_not_go_on_against_a_decision_made_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    path = approved()
    owed = due(path)
    local_rule(monkeypatch, KEY, value=True)
    take_timely(day_after(path, owed))
    before_committee(path, assessed(path, "resumption", "suspended"))
    decided(path, "suspended")
    late_report(path, owed)
    decided(path, "continued")

    assert state_of(path) == "suspended"
