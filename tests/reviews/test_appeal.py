"""Appeals: filed with reasons and support, prepared by one and decided by another, and what follows for the project."""

from datetime import timedelta
from typing import Any

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Appeal, Project, Review
from reviews.models.appeals.appealing import hand_in_support, start_appeal
from reviews.models.appeals.lettering import issue_pending as issue_answers
from reviews.models.appeals.lettering import letter_content
from reviews.models.applying import start_assessment
from reviews.models.reviewing.verifying import standing_of_letter
from tests.committees.builders import authority, committee, holder, keeper_of, people_of
from tests.reviews.appeals import asked, begun, decide, filed, prepared, rejected, step, support
from tests.reviews.builders import PASSWORD, Case, case, signing

pytestmark = pytest.mark.django_db


def refusals(path: Case, appeal: Appeal, name: str, by: Any, **terms: Any) -> dict[str, str]:
    with pytest.raises(Refused) as caught:
        step(path, appeal, name, by, **terms)
    return {refusal.code: refusal.cite for refusal in caught.value.refusals}


def state_of(path: Case) -> str:
    return Project.objects.get(pk=path.project.pk).state


# --- the whole way ------------------------------------------------------------------------------------------------


def test_an_upheld_appeal_is_decided_anew_with_a_clock_of_its_own() -> None:
    path = rejected()
    first, old_version = path.review, path.review.submission
    assert state_of(path) == "rejected"
    appeal = decide(path, prepared(path), "uphold")

    appeal.refresh_from_db()
    path.review = Review.objects.get(pk=appeal.new_review_id)
    assert (appeal.state, path.review.kind, path.review.state) == ("upheld", "appeal", "draft")
    assert (state_of(path), Review.objects.get(pk=first.pk).state) == ("under_review", "set_aside")
    version = path.review.draft_submission
    assert version.content == old_version.content
    assert set(version.materials.values_list("version")) == set(old_version.materials.values_list("version"))
    path.do("submit", path.lead, **signing(path.lead))
    assert path.review.submission.digest != old_version.digest
    terms = {"procedure": "general", "procedure_ground": "申诉再审由会议审查", "listed": "no"}
    path.do("accept", path.secretary, **terms)
    [clock] = Deadline.objects.of(path.review).open()
    assert (clock.kind, clock.started_at) == ("review.decision", path.at)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    assert (path.review.state, state_of(path)) == ("approved", "approved")
    assert first.decisions.get().outcome == "rejected"
    steps = Entry.objects.filter(object_kind="appeal", object_ref=appeal.ref).values_list("step", flat=True)
    assert list(steps.order_by("seq")) == ["create", "file", "prepare", "uphold", "open_review"]


def test_a_dismissed_appeal_changes_nothing_and_all_are_told_why() -> None:
    path = rejected()
    appeal = decide(path, prepared(path, "dismiss"), "dismiss", answer="论证意见未涉及主要风险")

    assert (appeal.state, state_of(path), path.review.state) == ("dismissed", "rejected", "rejected")
    assert not Review.objects.filter(kind="appeal").exists()
    told = Notice.objects.filter(key="appeal.dismiss")
    assert {path.lead.pk, *(member.pk for member in path.members)} <= set(told.values_list("person", flat=True))
    assert all("论证意见未涉及主要风险" in notice.text for notice in told)


@pytest.mark.parametrize("verdict", ["modification_required", "revision_required"])
def test_a_conditional_decision_may_be_appealed_and_gives_way(verdict: str) -> None:
    path = asked(verdict)
    decide(path, prepared(path), "uphold")

    path.review.refresh_from_db()
    assert (path.review.state, state_of(path)) == ("set_aside", "under_review")
    assert path.project.reviews.get(kind="appeal").waiting_for == "lead"


def test_while_an_appeal_is_dealt_with_the_requirements_wait() -> None:
    path = asked("modification_required")
    path.fill(path.review.draft_submission)
    appeal = filed(path)
    answers = {"answer__1": "已补充", **signing(path.lead)}
    for name, terms in (("submit_modification", answers), ("withdraw", {"reason": "放弃"})):
        with pytest.raises(Refused) as caught:
            path.do(name, path.lead, **terms)
        assert [refusal.code for refusal in caught.value.refusals] == ["appeal_pending"]

    step(path, appeal, "withdraw", path.lead)
    path.do("submit_modification", path.lead, **answers)

    assert path.review.state == "modification_submitted"


def test_the_review_after_an_appeal_may_be_withdrawn_and_the_project_put_forward_anew() -> None:
    path = rejected()
    decide(path, prepared(path), "uphold")
    path.review = path.project.reviews.get(kind="appeal")
    path.do("withdraw", path.lead, reason="改作另一方案")

    assert state_of(path) == "assessed"


def test_another_appeal_may_follow_a_dismissed_one_but_not_an_open_one() -> None:
    path = rejected()
    first = filed(path)
    assert start_appeal(path.review, by=path.lead, at=path.at) == first
    step(path, first, "withdraw", path.lead)

    again = start_appeal(path.review, by=path.lead, at=path.at)

    assert again != first
    assert Appeal.objects.open().count() == 1


# --- what it requires ---------------------------------------------------------------------------------------------


def test_an_appeal_needs_reasons_and_support() -> None:
    path = rejected()
    appeal = start_appeal(path.review, by=path.lead, at=path.at)
    assert refusals(path, appeal, "file", path.lead, reasons="不服") == {"evidence": "national:18"}
    begun(path)

    with pytest.raises(InvalidInput) as caught:
        step(path, appeal, "file", path.lead)
    assert caught.value.errors.keys() == {"reasons"}


def test_an_approval_is_nothing_to_appeal_against() -> None:
    path = case().concluded()

    with pytest.raises(Refused) as caught:
        start_appeal(path.review, by=path.lead, at=path.at)
    assert [refusal.cite for refusal in caught.value.refusals] == ["national:18"]


def test_no_decision_yet_is_nothing_to_appeal_against() -> None:
    path = case().submitted()

    with pytest.raises(Refused):
        start_appeal(path.review, by=path.lead, at=path.at)


def test_there_is_no_time_limit() -> None:
    path = rejected()
    path.at += timedelta(days=900)

    assert filed(path).state == "filed"


def test_a_project_assessed_anew_goes_its_new_way() -> None:
    path = rejected()
    appeal = prepared(path)
    perform(start_assessment(path.project, by=path.lead, at=path.at), "complete", by=path.lead, at=path.at)
    assert state_of(path) == "assessed"

    found = refusals(path, appeal, "uphold", path.chair, answer="x", password=PASSWORD)

    assert found == {"project_state": "national:18"}


def test_support_is_not_exchanged_once_it_is_filed() -> None:
    path = rejected()
    appeal = filed(path)

    with pytest.raises(Refused):
        hand_in_support(appeal, support("other.txt"), by=path.lead, at=path.at)


# --- who may, and who may not -------------------------------------------------------------------------------------


def test_who_prepares_does_not_decide() -> None:
    path = rejected()
    vice = path.members[1]
    terms = {"preparation": "核查", "recommendation": "dismiss"}
    appeal = step(path, filed(path), "prepare", vice, **terms)

    found = refusals(path, appeal, "dismiss", vice, answer="x", password=PASSWORD)

    assert found == {"same_person": "national:18", "chair": "national:14"}


def test_the_vice_chair_decides_only_where_the_chair_has_an_interest() -> None:
    path = rejected()
    appeal, vice = prepared(path), path.members[1]
    assert refusals(path, appeal, "uphold", vice, answer="x", password=PASSWORD) == {"chair": "national:14"}
    interest = {"none_to_declare": "no", "details": "师生", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.chair, at=path.at, **interest)
    with pytest.raises(NotVisible):
        decide(path, appeal, "uphold", path.chair)

    assert decide(path, appeal, "uphold", vice).state == "upheld"


def test_others_can_do_nothing() -> None:
    path = rejected()
    draft = begun(path)
    for who in (path.secretary, path.chair, path.members[3]):
        with pytest.raises(NotVisible):
            step(path, draft, "file", who, reasons="x")
    step(path, draft, "file", path.lead, reasons="对照组已另行论证")
    officer, operator = keeper_of(path.committee), holder(Role.OPERATOR, authority())
    for who in (path.lead, path.chair, path.members[3], officer, operator):
        with pytest.raises(NotPermitted):
            step(path, draft, "prepare", who, preparation="x", recommendation="uphold")
    step(path, draft, "prepare", path.secretary, preparation="核查", recommendation="uphold")
    for who in (path.lead, path.secretary, path.members[3], officer, operator):
        for name in ("uphold", "dismiss"):
            with pytest.raises(NotPermitted):
                step(path, draft, name, who, answer="x", password=PASSWORD)
    elsewhere = committee()
    for stranger in (people_of(elsewhere, Role.CHAIR)[0], holder(Role.REGULATOR, authority("510000"))):
        with pytest.raises(NotVisible):
            step(path, draft, "uphold", stranger, answer="x", password=PASSWORD)
    for who in (path.secretary, path.members[3], people_of(elsewhere, Role.CHAIR)[0]):
        with pytest.raises(NotPermitted):
            start_appeal(path.review, by=who, at=path.at)


def test_a_decision_is_signed_with_the_password() -> None:
    path = rejected()
    appeal = prepared(path)

    with pytest.raises(InvalidInput) as caught:
        decide(path, appeal, "dismiss", password="wrong")

    assert caught.value.errors.keys() == {"password"}


def test_the_members_vote_again_in_the_new_review() -> None:
    path = rejected()
    decide(path, prepared(path), "uphold")
    path.review = path.project.reviews.get(kind="appeal")
    path.do("submit", path.lead, **signing(path.lead))
    terms = {"procedure": "general", "procedure_ground": "会议审查", "listed": "no"}
    path.do("accept", path.secretary, **terms)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()

    cast = path.cast(path.members[0], "rejected")

    assert (cast.state, cast.review) == ("cast", path.review)


# --- the answer's letter ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "state"), [("dismiss", "dismissed"), ("uphold", "upheld")])
def test_the_answer_to_an_appeal_is_a_letter_that_can_be_verified_and_permits_nothing(name: str, state: str) -> None:
    path = rejected()
    appeal = decide(path, prepared(path, name), name)
    assert appeal.letter_made is None

    assert (issue_answers(path.at), issue_answers(path.at)) == (1, 0)

    letter = appeal.letter_made
    assert letter is not None
    assert (letter.number, letter.kind) == (f"{path.committee.ref}-{appeal.ref}", "appeal")
    standing = standing_of_letter(letter.code, path.at)
    assert standing is not None
    assert (standing.genuine, standing.permits, standing.valid) == (True, False, False)
    assert letter_content(appeal)["result"] == state
