"""What becomes of an activity whose recognised result holds no more (Measures 21)."""

from datetime import timedelta

import pytest

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.lifecycle.timely import take_timely
from ethicsreview.notices.models import Notice
from reviews.models import Project, Recognition, Review
from reviews.models.projects.starting import gates
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, signing
from tests.reviews.following import GENERAL, assessed, before_committee, decided, state_of
from tests.reviews.local_rules import local_rule
from tests.reviews.recognising import Asked, asked

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 21)]


@remembered
def recognised() -> Asked:
    return asked().allied().requested().confirm()


def lapsed(made: Asked) -> Recognition:
    """The day after its last, as the clock comes by."""
    until = made.recognition.valid_until
    assert until is not None
    made.here.at += timedelta(days=(until - law_day(made.here.at)).days + 1)
    take_timely(made.here.at)
    made.recognition.refresh_from_db()
    return made.recognition


def reviewed_here(path: Case, verdict: str = "approved") -> None:
    path.review = Review.objects.get(project=path.project, kind="rereview")
    path.do("submit", path.lead, **signing(path.lead))
    path.do("accept", path.secretary, **GENERAL, listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*[verdict] * 7)
    path.do("conclude", path.chair, password=PASSWORD)


def test_when_its_term_is_over_the_activity_stands_still_and_a_review_here_begins() -> None:
    made = recognised()
    one = lapsed(made)

    assert (one.state, state_of(made.here)) == ("lapsed", "suspended")
    anew = Review.objects.get(project=made.here.project, kind="rereview")
    assert (anew.committee_id, anew.state, anew.follows_id) == (made.here.committee.pk, "draft", one.review_id)
    assert anew.draft_submission.content == made.here.review.submission.content
    told = Notice.objects.filter(key="recognition.expire").values_list("person", flat=True)
    assert made.here.lead.pk in set(told)
    assert not Deadline.objects.of(one).open().exists()
    assert take_timely(made.here.at) == 0


def test_approved_by_its_own_committee_it_goes_on() -> None:
    made = recognised()
    lapsed(made)
    reviewed_here(made.here)

    assert state_of(made.here) == "approved"
    assert gates(Project.objects.get(pk=made.here.project.pk), made.here.at).start.refusals == ()


def test_where_the_setting_is_otherwise_it_is_not_suspended_but_its_gate_is_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = recognised()
    local_rule(monkeypatch, "recognition.lapse_suspends", value=False, region="370200")
    lapsed(made)

    assert state_of(made.here) == "approved"
    found = gates(Project.objects.get(pk=made.here.project.pk), made.here.at).start.refusals
    assert [one.code for one in found] == ["recognition_over"]


def test_the_lead_may_have_it_reviewed_here_before_the_term_is_over_and_nothing_stops() -> None:
    made = recognised()
    made.step("ask_own_review", made.here.lead)
    with pytest.raises(Refused) as caught:
        made.step("ask_own_review", made.here.lead)
    assert [one.code for one in caught.value.refusals] == ["review_open"]
    reviewed_here(made.here)
    lapsed(made)

    assert state_of(made.here) == "approved"
    assert Review.objects.filter(project=made.here.project, kind="rereview").count() == 1


def test_a_revoked_recognition_has_the_same_consequence() -> None:
    made = recognised()
    made.step("revoke", made.here.chair, reason="本地情况变化")

    assert (made.recognition.state, state_of(made.here)) == ("cancelled", "suspended")
    assert Review.objects.filter(project=made.here.project, kind="rereview").exists()


def test_what_its_source_has_terminated_nobody_runs_on() -> None:
    made = recognised()
    there = made.there
    there.at = made.here.at + timedelta(days=1)
    before_committee(there, assessed(there, "deviation"))
    decided(there, "terminated")

    made.recognition.refresh_from_db()
    assert (made.recognition.state, state_of(made.here)) == ("cancelled", "suspended")
    assert made.recognition.reason == there.review.decision.number
    assert Notice.objects.filter(key="recognition.lose_source", person=made.here.lead).exists()


def test_when_the_source_s_letter_is_withdrawn_nobody_runs_on_it() -> None:
    made = recognised()
    Letter.objects.get(number=made.there.review.decision.number).revoke("出具有误", made.here.at)
    take_timely(made.here.at)

    made.recognition.refresh_from_db()
    assert (made.recognition.state, state_of(made.here)) == ("cancelled", "suspended")
    assert Review.objects.filter(project=made.here.project, kind="rereview").exists()


def test_an_activity_that_has_ended_is_left_alone() -> None:
    made = recognised()
    path = made.here
    path.at += timedelta(days=1)
    before_committee(path, assessed(path, "deviation"))
    decided(path, "terminated")
    one = lapsed(made)

    assert (one.state, state_of(path)) == ("lapsed", "terminated")
    assert not Review.objects.filter(project=path.project, kind="rereview").exists()
