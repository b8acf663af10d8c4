"""What comes after an approval may be urgent too: under an emergency, and on a serious adverse event."""

from datetime import timedelta

import pytest

from ethicsreview.deadlines.models import Deadline
from reviews.models import FollowUp
from tests.reviews.amendments import Change
from tests.reviews.builders import PASSWORD
from tests.reviews.emergencies import GROUND, Urgent, urgent
from tests.reviews.following import GENERAL, assessed, before_committee, human, reported, state_of

pytestmark = pytest.mark.django_db


def followed_up() -> Urgent:
    """An activity that answers an emergency, approved and reported on while the emergency lasts."""
    path = urgent().concluded()
    path.at += timedelta(days=1)
    reported(path)
    return path


@pytest.mark.article("national", 36)
def test_a_follow_up_under_an_emergency_is_triaged_and_decided_in_hours() -> None:
    path = followed_up()
    [triage] = Deadline.objects.of(path.review).open()
    assert (triage.kind, triage.unit) == ("review.triage", "hours")
    terms = {"event": path.event.ref, "tier": 1, "procedure_ground": GROUND, "listed": "no"}
    path.do("accept_urgently", path.chair, **terms)

    assert path.clock().due_at - path.at == timedelta(hours=72)
    assert FollowUp.objects.get(pk=path.review.follow_up_id).state == "in_review"
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*["continued"] * 7)
    path.do("conclude", path.chair, password=PASSWORD)
    assert (path.review.state, state_of(path)) == ("concluded", "approved")
    assert FollowUp.objects.get(pk=path.review.follow_up_id).state == "continued"
    assert path.review.decision.emergency["event"] == path.event.ref


@pytest.mark.article("human", 26)
def test_a_review_of_a_serious_adverse_event_has_days_and_no_lighter_vote() -> None:
    path = human()
    before_committee(path, assessed(path, "sae"))
    path.do("accept", path.secretary, **GENERAL)

    [clock] = Deadline.objects.of(path.review).open().filter(kind="review.decision")
    assert (clock.length, clock.unit) == (7, "days")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    assert path.review.item.round_opinions != []


@pytest.mark.article("national", 36)
def test_an_amendment_under_an_emergency_is_decided_in_hours_and_takes_effect() -> None:
    made = urgent()
    path = Change(made.committee, made.lead, made.at, made.answers)
    path.handed_in()
    assert "review.triage" in {row.kind for row in Deadline.objects.of(path.review).open()}
    path.weigh()
    terms = {"event": made.event.ref, "tier": 1, "procedure_ground": GROUND, "listed": "no"}
    path.do("accept_urgently", path.secretary, **terms)

    [clock] = Deadline.objects.of(path.review).open().filter(kind="review.decision")
    assert clock.due_at - path.at == timedelta(hours=72)
    path.meet()
    assert (path.review.state, path.now.in_force_id) == ("approved", path.review.submission_id)
