"""Beginning anew: what was left off goes on from its last version; after a refusal one applies anew, and says so."""

from datetime import timedelta

import pytest
from django.utils.formats import date_format

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import RiskAssessment
from reviews.models.applying import start_assessment, start_review
from reviews.models.reviewing.lettering import letter_content
from tests.reviews.amendments import step
from tests.reviews.appeals import rejected
from tests.reviews.builders import PASSWORD, case

pytestmark = pytest.mark.django_db


def again(path):
    path.at += timedelta(minutes=1)
    return start_review(path.project, by=path.lead, committee=path.committee, at=path.at)


@pytest.mark.parametrize("end", ["withdrawn", "declined"])
def test_what_was_left_off_begins_with_its_last_version(end):
    path = case().submitted()
    if end == "withdrawn":
        path.do("withdraw", path.lead, reason="暂缓")
    else:
        path.do("decline", path.secretary, reason="材料不符")
    last = path.review.submission

    review = again(path)

    draft = review.draft_submission
    assert review.follows == path.review
    assert draft.content == last.content
    assert [m.version_id for m in draft.documents()] == [m.version_id for m in last.documents()]
    assert Entry.objects.get(object_ref=review.ref, step="create").facts["follows"] == path.review.ref


def test_one_withdrawn_while_it_was_written_begins_where_it_stood():
    path = case().drafted()
    content = path.review.draft_submission.content
    path.do("withdraw", path.lead, reason="暂缓")

    assert again(path).draft_submission.content == content


def test_after_a_refusal_one_applies_anew_and_says_what_was_decided():
    path = rejected()
    draft = start_assessment(path.project, by=path.lead, at=path.at)
    RiskAssessment.objects.filter(pk=draft.pk).update(answers=path.answers)
    step(path, draft, "complete", path.lead)

    review = again(path)

    content = review.draft_submission.content
    assert review.follows == path.review
    assert content["prior_review"] is True
    decision = path.review.decision
    for said in (path.committee.name, decision.number, "不予批准", decision.reasons):
        assert said in content["prior_review_result"]
    assert "purpose" not in content


def test_what_is_approved_is_amended_and_not_applied_for_again():
    path = case().concluded()

    with pytest.raises(Refused) as caught:
        again(path)

    assert [refusal.code for refusal in caught.value.refusals] == ["approved"]


def test_the_first_application_follows_nothing():
    assert case().drafted().review.follows is None


# --- a limit that is moved on -----------------------------------------------------------------------------------------


def test_each_extension_states_its_limit_its_reason_and_its_number():
    path = case().in_review()
    day = law_day(path.at)
    first, second = day + timedelta(days=40), day + timedelta(days=50)

    path.do("extend", path.chair, until=first.isoformat(), reason="需要补充论证")
    path.do("extend", path.chair, until=second.isoformat(), reason="专家仍未回复")

    limit = Deadline.objects.of(path.review).open().get(kind="review.decision")
    assert [(one.last_day, one.reason) for one in limit.extensions] == [
        (first, "需要补充论证"),
        (second, "专家仍未回复"),
    ]
    told = Notice.objects.filter(key="review.extend", person=path.lead).order_by("pk")
    assert f"{date_format(second)}（第2次延长）。理由：专家仍未回复" in told[1].text
    entries = Entry.objects.filter(object_ref=path.review.ref, step="extend").order_by("seq")
    assert [entry.facts["times"] for entry in entries] == [1, 2]


def test_an_extension_ends_later_and_has_a_reason():
    path = case().in_review()

    with pytest.raises(InvalidInput) as caught:
        path.do("extend", path.chair, until=law_day(path.at).isoformat(), reason="")

    assert set(caught.value.errors) == {"until", "reason"}


def test_the_letter_states_an_extended_limit():
    path = case().in_review()
    until = law_day(path.at) + timedelta(days=40)
    path.do("extend", path.chair, until=until.isoformat(), reason="需要补充论证")
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    grounds = [ground["text"] for ground in letter_content(path.review.decision)["grounds"]]

    assert any("审查期限延长至" in text and "需要补充论证" in text for text in grounds)
