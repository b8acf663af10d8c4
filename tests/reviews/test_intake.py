"""Before a meeting takes a review up: what is asked of an application, who may act, what runs and what stops."""

from datetime import timedelta

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from reviews.models import Project, Review
from reviews.models.applying import start_review
from reviews.models.submissions.submission import keep_section
from tests.committees.builders import holder
from tests.reviews.builders import case, refused, signing

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 10)
def test_what_is_missing_is_told_once_and_completely():
    path = case().submitted()
    path.do("request_supplement", path.secretary, item__purpose="目的不清楚")
    path.fill(path.review.draft_submission)
    path.do("resubmit", path.lead, answer__1="已说明", **signing(path.lead))

    assert refused(path, "request_supplement", path.secretary, item__design="设计不清楚") == {
        "supplement_once": "national:10"
    }


@pytest.mark.article("national", 10)
def test_a_second_notice_may_speak_of_what_the_applicant_changed():
    path = case().submitted()
    path.do("request_supplement", path.secretary, item__purpose="目的不清楚")
    version = path.review.draft_submission
    path.fill(version)
    keep_section(version, by=path.lead, revision=version.revision, values={"purpose": "新的目的"}, at=path.at)
    path.do("resubmit", path.lead, answer__1="已说明", **signing(path.lead))

    with pytest.raises(InvalidInput):
        path.do("request_supplement", path.secretary, item__design="设计不清楚")
    path.do("request_supplement", path.secretary, item__purpose="与方案不一致")
    assert path.review.state == Review.State.SUPPLEMENT_REQUESTED


@pytest.mark.article("national", 9)
def test_an_incomplete_application_is_refused_with_everything_that_is_missing():
    path = case().assessed()
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)

    with pytest.raises(Refused) as caught:
        path.do("submit", path.lead, **signing(path.lead))

    codes = [refusal.code for refusal in caught.value.refusals]
    assert len(codes) > 10
    assert {"content.purpose", "content.design", "material.protocol"} <= set(codes)
    assert all(refusal.cite for refusal in caught.value.refusals)


@pytest.mark.article("national", 17)
def test_an_extension_states_its_reason_and_the_new_limit():
    path = case().accepted()
    limit = path.review.next_due_at
    until = (limit + timedelta(days=14)).date()

    path.do("extend", path.secretary, until=until, reason="需要补充实验数据")

    [clock] = Deadline.objects.of(path.review).open()
    assert clock.due_at > limit
    assert path.review.next_due_at == clock.due_at


@pytest.mark.article("national", 5)
def test_a_determination_that_differs_from_the_assessment_says_why():
    path = case().submitted()
    terms = {"procedure": "general", "procedure_ground": "一般", "listed": "yes", "listed_items": ["invasive_bci"]}

    with pytest.raises(InvalidInput) as caught:
        path.do("accept", path.secretary, **terms)

    assert list(caught.value.errors) == ["listed_reason"]


def test_the_public_and_strangers_do_not_know_that_a_review_exists():
    path = case().submitted()
    stranger = holder(Role.RESEARCHER, path.committee.institution)

    with pytest.raises(NotVisible):
        path.do("withdraw", stranger, reason="不相干")


def test_a_member_does_not_accept_for_the_secretary():
    path = case().submitted()

    with pytest.raises(NotPermitted):
        path.do("accept", path.members[2], procedure="general")


def test_a_withdrawn_review_frees_the_project_and_stops_the_clock():
    path = case().in_review()

    path.do("withdraw", path.lead, reason="改做其他研究")

    path.project.refresh_from_db()
    assert path.project.state == Project.State.ASSESSED
    assert not Deadline.objects.of(path.review).open().exists()
