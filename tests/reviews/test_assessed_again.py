"""A review anew is judged by answers that are confirmed, or given anew (Measures 9, 18, 20)."""

import pytest

from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from reviews.models import Review, RiskAssessment
from reviews.models.applying import start_assessment
from tests.reviews.appeals import decide, prepared, rejected
from tests.reviews.builders import PASSWORD, Case, signing
from tests.reviews.following import GENERAL, approved, decided, reported, state_of

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 9)]


def ordered() -> Case:
    """A review anew that the committee has ordered, as its lead begins to write it."""
    path = approved()
    reported(path)
    decided(path, "rereview_required")
    path.review = Review.objects.get(kind="rereview")
    return path


def appealed() -> Case:
    path = rejected()
    decide(path, prepared(path), "uphold")
    path.review = Review.objects.get(kind="appeal")
    return path


def assessed_again(path: Case, **answers: object) -> RiskAssessment:
    draft = start_assessment(path.project, by=path.lead, at=path.at)
    RiskAssessment.objects.filter(pk=draft.pk).update(answers=path.answers | answers)
    draft.refresh_from_db()
    made = perform(draft, "complete", by=path.lead, at=path.at)
    path.review.refresh_from_db()
    path.assessment = made
    path.fill(path.review.draft_submission)
    return made


def voted(path: Case, verdict: str) -> None:
    path.do("accept", path.secretary, **GENERAL, listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*[verdict] * 7)
    path.do("conclude", path.chair, password=PASSWORD, **({} if verdict == "approved" else {"reasons": "风险过高"}))


@pytest.mark.parametrize("made", [ordered, appealed])
def test_it_is_not_handed_in_before_the_answers_are_confirmed(made: object) -> None:
    path = made()  # type: ignore[operator]

    with pytest.raises(InvalidInput) as caught:
        perform(path.review, "submit", by=path.lead, at=path.at, **signing(path.lead))
    assert list(caught.value.errors) == ["assessment_holds"]
    path.do("submit", path.lead, **signing(path.lead))
    assert path.review.state == "submitted"


def test_after_an_appeal_new_answers_take_the_place_of_the_old() -> None:
    path = appealed()
    old = path.review.assessment
    new = assessed_again(path, risk_level="above_minimal")

    assert (path.review.assessment_id, new.state, state_of(path)) == (new.pk, "completed", "under_review")
    old.refresh_from_db()
    assert old.state == "superseded"
    perform(path.review, "submit", by=path.lead, at=path.at, **signing(path.lead))


@pytest.mark.parametrize(("verdict", "project"), [("approved", "approved"), ("rejected", "rejected")])
def test_of_an_approved_activity_new_answers_hold_once_it_is_decided(verdict: str, project: str) -> None:
    path = ordered()
    old = path.review.assessment
    new = assessed_again(path, risk_level="above_minimal")
    old.refresh_from_db()
    assert (new.state, old.state, path.review.assessment_id) == ("proposed", "completed", new.pk)
    path.do("submit", path.lead, **signing(path.lead))

    voted(path, verdict)

    new.refresh_from_db()
    assert (new.state, state_of(path)) == ("completed", project)


def test_new_answers_for_a_review_anew_that_is_withdrawn_come_to_nothing() -> None:
    path = ordered()
    old, new = path.review.assessment, assessed_again(path)
    path.do("withdraw", path.lead, reason="终止该活动")

    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("completed", "superseded")


def test_once_handed_in_the_answers_stand() -> None:
    path = ordered()
    path.do("submit", path.lead, **signing(path.lead))

    with pytest.raises(Refused) as caught:
        assessed_again(path)
    assert [one.code for one in caught.value.refusals] == ["no_amendment"]
