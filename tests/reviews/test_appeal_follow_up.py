"""Appeals against what a committee decided on a follow-up or a report (Measures 18, 19, 20)."""

from typing import Any

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.notices.models import Notice
from reviews.models import FollowUp, Project, Report, Review
from reviews.models.appeals.appealing import start_appeal
from tests.memory import remembered
from tests.reviews.appeals import decide, filed, prepared
from tests.reviews.builders import PASSWORD, Case, refused, signing
from tests.reviews.following import (
    GENERAL,
    approved,
    assessed,
    before_committee,
    decided,
    latest,
    reported,
    state_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 18)]


@remembered
def followed_up(verdict: str) -> Case:
    """An approved activity whose first follow-up was decided so."""
    path = approved()
    reported(path)
    decided(path, verdict)
    return path


def upheld(path: Case) -> Case:
    """The path goes on with the review in which the committee decides anew."""
    appeal = decide(path, prepared(path), "uphold")
    appeal.refresh_from_db()
    path.review = Review.objects.get(pk=appeal.new_review_id)
    return path


@pytest.mark.parametrize("verdict", ["suspended", "terminated", "rereview_required"])
def test_what_takes_an_approval_away_can_be_appealed_against_and_its_notice_says_so(verdict: str) -> None:
    path = followed_up(verdict)
    told = Notice.objects.get(key="review.conclude", person=path.lead, object_ref=path.review.ref)

    assert "书面申诉" in told.text
    assert filed(path).state == "filed"


def test_to_go_on_is_nothing_to_appeal_against_and_its_notice_does_not_speak_of_it() -> None:
    path = followed_up("continued")
    told = Notice.objects.get(key="review.conclude", person=path.lead, object_ref=path.review.ref)

    assert "申诉" not in told.text
    with pytest.raises(Refused) as caught:
        start_appeal(path.review, by=path.lead, at=path.at)
    assert [one.code for one in caught.value.refusals] == ["not_appealable"]


def test_an_appeal_does_not_set_the_activity_going_before_the_committee_has_decided_anew() -> None:
    path = followed_up("suspended")
    old = path.review
    upheld(path)

    assert (path.review.kind, path.review.state, path.review.waiting_for) == ("follow_up", "submitted", "secretary")
    assert (Review.objects.get(pk=old.pk).state, state_of(path)) == ("set_aside", "suspended")
    assert path.review.submission.content == old.submission.content
    follow_up = FollowUp.objects.get(pk=old.follow_up_id)
    assert follow_up.state == "reported"
    # What the set-aside decision had scheduled is owed no more.
    assert not path.project.follow_ups.outstanding().exists()


def test_decided_anew_the_activity_goes_on_and_its_next_follow_up_is_due() -> None:
    path = upheld(followed_up("suspended"))
    decided(path, "continued")

    assert (path.review.state, state_of(path)) == ("concluded", "approved")
    coming = path.project.follow_ups.outstanding().get()
    assert [row.kind for row in Deadline.objects.of(coming).open()] == ["follow_up.report"]


def test_decided_the_same_again_it_stands_still_and_may_be_appealed_again() -> None:
    path = upheld(followed_up("suspended"))
    decided(path, "suspended")

    assert state_of(path) == "suspended"
    upheld(path)
    decided(path, "continued")
    assert state_of(path) == "approved"


def test_what_stood_still_before_does_not_go_on_by_an_appeal_against_another_decision() -> None:
    path = approved()
    report = before_committee(path, assessed(path, "suspension", "suspended", action="suspend"))
    assert (report.kind, state_of(path)) == ("suspension", "suspended")
    decided(path, "suspended")

    upheld(path)
    decided(path, "continued")

    assert state_of(path) == "suspended"


def test_a_termination_that_is_set_aside_leaves_the_activity_suspended_and_its_follow_up_owed() -> None:
    path = approved()
    due_on = latest(path).due_on
    before_committee(path, assessed(path, "deviation"))
    decided(path, "terminated")
    assert not path.project.follow_ups.outstanding().exists()
    upheld(path)

    assert (state_of(path), Report.objects.get().state) == ("suspended", "in_review")
    assert path.project.follow_ups.outstanding().get().due_on == due_on
    assert Notice.objects.filter(key="project.revive", person=path.lead).exists()
    decided(path, "continued")
    assert (state_of(path), Report.objects.get().state) == ("approved", "continued")


def test_an_order_to_review_again_that_is_set_aside_takes_the_new_review_with_it() -> None:
    path = followed_up("rereview_required")
    anew = Review.objects.get(kind="rereview")
    upheld(path)

    assert (Review.objects.get(pk=anew.pk).state, state_of(path)) == ("withdrawn", "suspended")
    decided(path, "continued")
    assert state_of(path) == "approved"


def test_while_it_is_appealed_against_the_review_anew_is_not_handed_in() -> None:
    path = followed_up("rereview_required")
    filed(path)
    path.review = Review.objects.get(kind="rereview")

    assert "appeal_pending" in refused(path, "submit", path.lead, **signing(path.lead))


def test_once_reviewed_again_the_order_to_do_so_is_overtaken() -> None:
    path = followed_up("rereview_required")
    order, path.review = path.review, Review.objects.get(kind="rereview")
    path.do("submit", path.lead, **signing(path.lead))
    path.do("accept", path.secretary, **GENERAL, listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    assert state_of(path) == "approved"

    with pytest.raises(Refused) as caught:
        start_appeal(order, by=path.lead, at=path.at)
    assert [one.code for one in caught.value.refusals] == ["overtaken"]


def test_a_later_decision_is_what_one_appeals_against() -> None:
    path = followed_up("suspended")
    first: Any = path.review
    before_committee(path, assessed(path, "resumption"))
    decided(path, "suspended")

    with pytest.raises(Refused) as caught:
        start_appeal(first, by=path.lead, at=path.at)
    assert [one.code for one in caught.value.refusals] == ["overtaken"]
    upheld(path)
    decided(path, "continued")
    assert Project.objects.get(pk=path.project.pk).state == "approved"


def test_after_an_appeal_a_meeting_decides_and_the_report_is_not_sent_back() -> None:
    path = upheld(followed_up("suspended"))

    assert refused(path, "decline", path.secretary, reason="不全") == {"after_appeal": "national:18"}
    with pytest.raises(Exception, match="procedure"):
        path.do("accept", path.secretary, procedure="simplified", procedure_ground="风险不高于最低风险")
