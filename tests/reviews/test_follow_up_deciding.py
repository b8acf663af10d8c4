"""What a follow-up comes to: by vote, by the simplified procedure, and by a review anew."""

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.notices.models import Notice
from reviews.models import Decision, FollowUp, Project, Review
from reviews.models.projects.starting import gates
from reviews.models.reviewing.lettering import issue_pending, letter_content
from reviews.models.reviewing.verifying import standing_of_letter
from tests.reviews.builders import PASSWORD, Case, codes, signing
from tests.reviews.following import (
    GENERAL,
    approved,
    decided,
    human,
    latest,
    reported,
    state_of,
)

pytestmark = pytest.mark.django_db


# --- what the votes bring about -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "project", "more"),
    [("continued", "approved", 1), ("suspended", "suspended", 1), ("terminated", "terminated", 0)],
)
def test_the_votes_decide_and_the_project_moves_at_once(verdict: str, project: str, more: int) -> None:
    path = approved()
    found = reported(path)

    decided(path, verdict)

    found.refresh_from_db()
    [decision] = path.review.decisions.all()
    assert (path.review.state, found.state, decision.outcome) == ("concluded", verdict, verdict)
    assert decision.tally["votes"] == {
        kind: 7 if kind == verdict else 0 for kind in ("continued", "suspended", "terminated", "rereview_required")
    }
    assert state_of(path) == project
    outstanding = FollowUp.objects.filter(project=path.project).outstanding()
    assert outstanding.count() == more
    assert Deadline.objects.open().filter(object_kind="follow_up").count() == more
    assert gates(Project.objects.get(pk=path.project.pk), path.at).start.open is (project == "approved")


def test_the_next_is_due_twelve_months_after_the_decision_or_sooner_if_the_committee_says() -> None:
    path = approved()
    reported(path)
    decided(path, "continued", follow_up_months=3)

    day = path.review.decisions.get().decided_at.astimezone().date()
    coming = latest(path)
    assert (coming.number, coming.state) == (2, "scheduled")
    assert coming.due_on == path.review.decisions.get().follow_up_due
    assert (coming.due_on - day).days in range(89, 93)
    assert coming.review == FollowUp.objects.get(project=path.project, number=1).review


def test_the_committee_cannot_make_the_interval_longer_than_the_law() -> None:
    path = approved()
    reported(path)
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*["continued"] * 7)

    with pytest.raises(InvalidInput) as caught:
        path.do("conclude", path.chair, password=PASSWORD, follow_up_months=13)
    assert set(caught.value.errors) == {"follow_up_months"}


def test_words_of_an_application_are_no_votes_here() -> None:
    path = approved()
    reported(path)
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()

    with pytest.raises(InvalidInput) as caught:
        path.cast(path.members[0], "approved")
    assert set(caught.value.errors) == {"verdict"}


def test_a_divided_vote_concludes_nothing() -> None:
    path = approved()
    reported(path)
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote("continued", "continued", "continued", "suspended", "suspended", "suspended", "terminated")

    with pytest.raises(Refused) as caught:
        path.do("conclude", path.chair, password=PASSWORD, reasons="意见不一")
    assert codes(caught) == {"votes"}


def test_whoever_is_suspended_is_told_why() -> None:
    path = approved()
    reported(path)
    decided(path, "suspended")

    told = Notice.objects.filter(key="project.suspend").values_list("person", flat=True)
    assert path.lead.pk in told


# --- the simplified procedure -------------------------------------------------------------------------------------


def simplified(path: Case, *verdicts: str) -> None:
    path.do("accept", path.secretary, procedure="simplified", procedure_ground="前期无重大变更")
    path.designate()
    for member, verdict in zip(path.members[-2:], verdicts, strict=True):
        path.cast(member, verdict)
    path.review.refresh_from_db()


def test_without_a_major_change_two_members_may_do_it() -> None:
    path = human()
    found = reported(path)
    simplified(path, "continued", "continued")
    path.do("conclude", path.chair, password=PASSWORD)

    found.refresh_from_db()
    assert (path.review.state, found.state, state_of(path)) == ("concluded", "continued", "approved")
    decision = path.review.decisions.get()
    assert (decision.basis, decision.outcome) == ("simplified", "continued")
    assert path.review.decisions.get().report.meeting is None
    issue_pending(path.at)
    letter = Letter.objects.get(number=decision.number)
    standing = standing_of_letter(letter.code, path.at)
    assert standing is not None
    told = letter_content(decision)
    assert (len(told["attending"]), told["outcome_label"]) == (2, "继续实施")
    # It is genuine, and by itself permits nothing: the approval does.
    assert (standing.genuine, standing.permits, standing.stopped) == (True, False, "")


def test_anything_but_going_on_takes_it_to_a_meeting() -> None:
    path = human()
    reported(path)
    path.do("accept", path.secretary, procedure="simplified", procedure_ground="前期无重大变更")
    path.designate()
    path.cast(path.members[-1], "suspended")
    path.review.refresh_from_db()

    assert (path.review.procedure, path.review.state) == ("general", "in_review")
    assert "negative" in [key for key, _cite in path.review.conversion["triggers"]]


def test_after_a_major_change_it_goes_to_a_meeting() -> None:
    path = human()
    reported(path, major_change="yes")

    with pytest.raises(InvalidInput) as caught:
        path.do("accept", path.secretary, procedure="simplified", procedure_ground="前期无重大变更")
    assert set(caught.value.errors) == {"procedure"}


# --- reviewing again ----------------------------------------------------------------------------------------------


def test_a_review_anew_stands_the_activity_still_and_its_approval_lets_it_go_on() -> None:
    path = approved()
    found = reported(path)
    decided(path, "rereview_required")

    found.refresh_from_db()
    assert (found.state, state_of(path)) == ("rereview_required", "suspended")
    path.review = Review.objects.get(kind="rereview")
    assert (path.review.state, path.review.waiting_for) == ("draft", "lead")
    approved_version = Review.objects.get(kind="initial").submission
    assert path.review.draft_submission.content == approved_version.content
    path.do("submit", path.lead, **signing(path.lead))
    assert state_of(path) == "suspended"
    path.do("accept", path.secretary, **GENERAL, listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    assert (path.review.state, state_of(path)) == ("approved", "approved")
    states = FollowUp.objects.filter(project=path.project).order_by("number").values_list("state", flat=True)
    assert list(states) == ["rereview_required", "cancelled", "scheduled"]
    assert Deadline.objects.open().filter(object_kind="follow_up").count() == 1
    issue_pending(path.at)
    letters = {one.number: standing_of_letter(one.code, path.at) for one in Letter.objects.all()}
    first = Decision.objects.get(review__kind="initial").number
    last = Decision.objects.get(review__kind="rereview").number
    assert (letters[first].valid, letters[last].valid) == (False, True)


def test_a_review_anew_that_is_refused_ends_the_approval() -> None:
    path = approved()
    reported(path)
    decided(path, "rereview_required")
    path.review = Review.objects.get(kind="rereview")
    path.do("submit", path.lead, **signing(path.lead))
    path.do("accept", path.secretary, **GENERAL, listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*["rejected"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, reasons="风险不可接受")

    assert (path.review.state, state_of(path)) == ("rejected", "rejected")
    assert not FollowUp.objects.filter(project=path.project).outstanding().exists()
