"""The simplified procedure from acceptance to its approval, and each way out of it to a meeting."""

from datetime import timedelta

import pytest

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import Decision, MeetingReport, Opinion, Project
from tests.committees.builders import keeper_of
from tests.reviews.builders import PASSWORD, Case, case, refused
from tests.reviews.rules.answers import BCI, DRUG_TRIAL, RECORDS, SURVEY
from tests.reviews.simplified import given, reread, told

pytestmark = pytest.mark.django_db
HUMAN = SURVEY | {"human_life_science": True, "existing_only": False, "bodily_harm": False, "commercial": False}


@pytest.fixture
def accepted() -> Case:
    return case().simplified()


@pytest.fixture
def designated() -> Case:
    return case().designated()


def pulled(path: Case) -> list[str]:
    return [key for key, _cite in path.review.conversion.get("triggers", [])]


# --- acceptance ---------------------------------------------------------------------------------------------------


@pytest.mark.article("national", 22)
def test_minimal_risk_may_be_accepted_for_the_simplified_procedure(accepted):
    path = accepted

    assert path.review.is_simplified
    assert path.review.waiting_for == "chair"
    assert [cite for _words, cite in path.review.simplified_cases(path.at).values()] == ["national:22"]


@pytest.mark.article("national", 22)
@pytest.mark.parametrize("answers", [DRUG_TRIAL, BCI])
def test_above_minimal_risk_it_is_not_on_offer(answers):
    path = case(answers=answers, regimes=["general", "human", "drug"]).submitted()

    with pytest.raises(InvalidInput) as caught:
        path.do("accept", path.secretary, procedure="simplified", procedure_ground="快", listed="no", listed_reason="x")

    assert list(caught.value.errors) == ["procedure"]


@pytest.mark.article("national", 22)
def test_a_listed_activity_is_never_accepted_for_it():
    path = case().submitted()
    listed = {"listed": "yes", "listed_items": ["invasive_bci"], "listed_reason": "认定列入"}

    with pytest.raises(InvalidInput) as caught:
        path.do("accept", path.secretary, procedure="simplified", procedure_ground="风险不高于最低风险", **listed)

    assert "第二十二条" in caught.value.errors["procedure"][0]


# --- approval -----------------------------------------------------------------------------------------------------


@pytest.mark.article("national", 22, 23)
def test_all_approve_and_it_is_approved(designated):
    path = given(designated, "approved", "approved")
    names = {seat.person.name for seat in path.review.reviewers}

    assert path.review.waiting_for == "committee"
    assert told("review.opinions_complete") == {path.chair.username, path.secretary.username}
    path.do("conclude", path.chair, password=PASSWORD, follow_up_months=6)

    decision = Decision.objects.get(review=path.review)
    assert path.review.state == "approved"
    assert Project.objects.get(pk=path.project.pk).state == "approved"
    assert (decision.basis, decision.outcome, decision.meeting) == ("simplified", "approved", None)
    assert {row["name"] for row in decision.attendance} == names
    assert decision.follow_up_months == 6
    stated = {ground["key"]: ground for ground in decision.grounds}
    assert "风险不高于最低风险" in stated["simplified.when"]["label"]
    assert stated["simplified.when"]["cite"] == "national:22"
    assert "风险不高于最低风险" in stated["simplified.reason_required"]["label"]
    assert all(name in stated["simplified.reviewers_min"]["label"] for name in names)
    assert not Deadline.objects.of(path.review).open().exists()
    assert list(verify()) == []


@pytest.mark.article("national", 23)
def test_nothing_is_concluded_while_an_opinion_is_out(designated):
    path = given(designated, "approved")

    assert refused(path, "conclude", path.secretary, password=PASSWORD) == {"opinions_out": "national:23"}


def test_the_interval_of_the_follow_up_is_bounded(designated):
    path = given(designated, "approved", "approved")

    with pytest.raises(InvalidInput) as caught:
        path.do("conclude", path.chair, password=PASSWORD, follow_up_months=13, requirements="补充")

    assert set(caught.value.errors) == {"follow_up_months", "requirements"}


@pytest.mark.article("national", 7, 23)
def test_a_reviewer_must_be_in_office_when_it_is_concluded(designated):
    path = given(designated, "approved", "approved")
    gone = path.review.reviewers[0].person
    seat = {"membership": path.seat_of(gone), "last_day": law_day(path.at), "reason": "调离"}
    perform(path.committee, "end_term", by=keeper_of(path.committee), at=path.at, **seat)
    path.at += timedelta(days=1)

    assert "reviewer_term" in refused(path, "conclude", path.chair, password=PASSWORD)


@pytest.mark.article("national", 8, 23)
def test_a_reviewer_must_be_free_of_interest_when_it_is_concluded(designated):
    path = given(designated, "approved", "approved")
    declared = {"none_to_declare": "no", "details": "共同署名", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.review.reviewers[0].person, at=path.at, **declared)

    assert refused(path, "conclude", path.chair, password=PASSWORD) == {"conflict_with_person": "national:8"}


def test_a_recused_reviewer_is_told_to_the_chair_and_blocks_the_conclusion(designated):
    path = given(designated, "approved")
    second = path.review.reviewers[1]

    perform(second.opinion, "recuse", by=second.person, at=path.at, ground="与负责人有合作")

    assert path.chair.username in told("opinion.reviewer_recused")
    assert not Deadline.objects.of(second.opinion).open().exists()
    assert "reviewer_recused" in refused(reread(path), "conclude", path.chair, password=PASSWORD)


# --- conversion ---------------------------------------------------------------------------------------------------


@pytest.mark.article("national", 24)
@pytest.mark.parametrize(
    ("verdicts", "changes", "triggers"),
    [
        (["rejected"], {}, ["negative"]),
        (["approved", "rejected"], {}, ["negative", "disagreement"]),
        (["modification_required"], {}, ["doubt"]),
        (["revision_required"], {}, ["doubt"]),
        (["approved"], {"concern__doubt": "yes", "concern__doubt__note": "样本来源不清"}, ["doubt"]),
    ],
)
def test_anything_but_approval_by_all_goes_to_a_meeting_by_itself(verdicts, changes, triggers, designated):
    path = designated
    due = path.review.next_due_at

    given(path, *verdicts, **changes)

    review = path.review
    assert pulled(path) == triggers
    assert {cite for _key, cite in review.conversion["triggers"]} == {"national:24"}
    assert (review.state, review.procedure, review.round, review.waiting_for) == (
        "in_review",
        "general",
        2,
        "secretary",
    )
    assert review.next_due_at == due
    entry = Entry.objects.get(object_ref=review.ref, step="convert_to_meeting")
    assert (entry.actor_kind, entry.facts["triggers"]) == ("system", triggers)
    assert told("review.convert_to_meeting") >= {path.lead.username, path.secretary.username}
    for opinion in Opinion.objects.filter(review=review):
        assert not Deadline.objects.of(opinion).open().exists()
    assert Opinion.objects.filter(review=review, round=1, state="cast").count() == len(verdicts)
    assert list(verify()) == []


@pytest.mark.article("human", 31)
def test_where_the_human_measures_apply_a_change_of_risk_and_benefit_goes_to_a_meeting():
    path = case(answers=RECORDS | {"exemption_head": "none"}, regimes=["general", "human"]).designated()

    given(path, "approved", concern__risk_benefit_change="yes", concern__risk_benefit_change__note="受益不再存在")

    assert path.review.conversion["triggers"] == [["risk_benefit_change", "human:31"]]


@pytest.mark.article("national", 24)
def test_any_member_who_sees_it_may_ask_for_a_meeting(designated):
    path = designated

    with pytest.raises(NotPermitted):
        path.do("request_meeting", path.secretary, ground="x")
    with pytest.raises(NotPermitted):
        path.do("request_meeting", path.lead, ground="x")
    path.do("request_meeting", path.members[2], ground="涉及弱势群体，宜由会议讨论")

    assert pulled(path) == ["member_request"]
    assert (path.review.procedure, path.review.round) == ("general", 2)
    with pytest.raises(NotPermitted):
        path.do("request_meeting", path.members[2], ground="再提请")


@pytest.mark.article("national", 24)
def test_what_went_to_a_meeting_is_decided_there_by_everybody(designated):
    path = given(designated, "approved", "modification_required")
    refused_now = refused(path, "conclude", path.secretary, password=PASSWORD)

    path.do("reschedule", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    first = Opinion.objects.filter(review=path.review, round=1)
    sealed = [one.readable_by(path.chair) for one in first]
    path.do("conclude", path.chair, password=PASSWORD)

    assert refused_now == {"no_meeting": "national:11"}
    assert sealed == [False, False]
    assert all(one.readable_by(path.chair) for one in first)
    assert path.review.decision.basis == "meeting"
    assert path.review.decision.tally["votes"]["approved"] == 7
    assert Opinion.objects.filter(review=path.review, state="cast").count() == 9
    assert not MeetingReport.objects.exists()


@pytest.mark.article("national", 22)
@pytest.mark.parametrize("begun", [True, False])
def test_determined_as_listed_it_leaves_the_simplified_procedure(begun, accepted, designated):
    path = designated if begun else accepted
    listing = {"listed": "yes", "listed_items": ["invasive_bci"], "listed_reason": "委员会认定"}

    path.do("determine_listing", path.chair, **listing)

    assert path.review.conversion["triggers"] == [["listed", "national:22"]]
    assert (path.review.procedure, path.review.listed) == ("general", True)
    assert path.review.round == (2 if begun else 1)


def test_a_withdrawn_review_leaves_no_opinion_owed(designated):
    path = designated

    path.do("withdraw", path.lead, reason="不做了")

    assert not Deadline.objects.filter(kind="opinion.give").open().exists()


# --- the report to the next meeting -------------------------------------------------------------------------------


@pytest.mark.article("human", 31)
def test_the_approval_is_reported_to_the_next_meeting(designated):
    path = given(designated, "approved", "approved")
    path.do("conclude", path.chair, password=PASSWORD)
    number = path.review.decision.number
    first = path.planned()
    beside = Case(path.committee, path.lead, path.at + timedelta(minutes=5)).in_review()

    outstanding = [one.decision.number for one in MeetingReport.objects.outstanding(path.committee)]
    on_next = [one.decision.number for one in MeetingReport.objects.on_agenda_of(first)]
    on_later = list(MeetingReport.objects.on_agenda_of(beside.meeting))
    perform(first, "cancel", by=path.secretary, at=beside.at, reason="人数不足")
    moved = [one.decision.number for one in MeetingReport.objects.on_agenda_of(beside.meeting)]
    beside.open_meeting()
    beside.vote()
    beside.do("conclude", beside.chair, password=PASSWORD)
    perform(beside.meeting, "close", by=path.chair, at=beside.at, minutes="记录", password=PASSWORD)

    assert outstanding == on_next == moved == [number]
    assert on_later == []
    report = MeetingReport.objects.get()
    assert (report.meeting, report.reported_at) == (beside.meeting, beside.at)
    assert Entry.objects.get(object_ref=beside.meeting.ref, step="close").facts["reported"] == [number]
    assert not MeetingReport.objects.outstanding(path.committee).exists()


def test_steps_of_this_procedure_are_not_offered_in_another():
    path = case().in_review()

    offered = {
        view.name for who in (path.chair, path.secretary, path.members[3]) for view in open_steps(path.review, who)
    }

    assert not offered & {"replace_reviewer", "request_meeting", "convert_to_meeting", "opinions_complete"}


def test_a_meetings_steps_are_refused_while_it_runs(designated):
    path = designated

    assert "simplified" in refused(path, "new_round", path.chair, reason="再议")
    assert "simplified" in refused(path, "reschedule", path.secretary, meeting="M0")
