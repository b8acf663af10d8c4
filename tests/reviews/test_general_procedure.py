"""The general procedure from a draft to its decision, and each way it can turn out."""

from datetime import timedelta

import pytest

from committees.kinds import RuleKind
from ethicsreview.accounts.models import Appointment, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.trail.models import Chain
from ethicsreview.trail.verification import verify
from reviews.models import Decision, Opinion, Project, Review
from tests.committees.builders import people_of
from tests.reviews.builders import PASSWORD, Case, ballot, case, refused, signing, with_password
from tests.reviews.rules.answers import BCI, DRUG_TRIAL

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 16, 17, 19)
def test_unanimous_approval_approves_the_project():
    path = case().concluded()

    path.project.refresh_from_db()
    decision = Decision.objects.get(review=path.review)
    assert path.review.state == Review.State.APPROVED
    assert path.project.state == Project.State.APPROVED
    assert decision.tally["votes"]["approved"] == 7
    assert decision.submission_digest == path.review.submission.digest
    assert not Deadline.objects.of(path.review).open().exists()
    assert list(verify()) == []
    assert Chain.objects.get(subject_kind="project").length > 10


@pytest.mark.article("national", 19)
def test_approval_schedules_the_first_follow_up_within_twelve_months():
    path = case().concluded()

    [first] = path.project.follow_ups.all()
    decided = path.review.decision.decided_at
    assert first.due_on == path.review.decision.follow_up_due
    assert first.due_on.year == decided.year + 1
    [clock] = Deadline.objects.of(first).open()
    assert clock.kind == "follow_up.report"
    assert clock.person == path.lead


@pytest.mark.article("national", 19)
def test_a_follow_up_interval_may_be_shortened_and_not_lengthened():
    path = case().voted()

    with pytest.raises(InvalidInput) as caught:
        path.do("conclude", path.chair, password=PASSWORD, follow_up_months=13)
    path.do("conclude", path.chair, password=PASSWORD, follow_up_months=3)

    assert list(caught.value.errors) == ["follow_up_months"]
    assert path.review.decision.follow_up_months == 3


@pytest.mark.article("national", 14)
def test_four_members_do_not_make_a_meeting():
    path = case().in_review()

    with pytest.raises(Refused) as caught:
        path.open_meeting(absent=3)

    assert {r.code: r.cite for r in caught.value.refusals}["too_few_present"].startswith("national:14")


@pytest.mark.article("national", 16)
@pytest.mark.parametrize(("approving", "approved"), [(5, True), (4, False)])
def test_two_thirds_of_seven_are_five(approving, approved):
    against = ["modification_required"] * (7 - approving)
    path = case().voted(*against)

    if approved:
        path.do("conclude", path.chair, password=PASSWORD)
        assert path.review.state == Review.State.APPROVED
    else:
        assert refused(path, "conclude", path.chair, password=PASSWORD)["votes"].startswith("national:16")


@pytest.mark.article("human", 22)
def test_both_formulas_must_hold_where_both_regimes_apply():
    """Five attend of eleven: four of five are two thirds of those attending, and not half of all members."""
    path = case(answers=DRUG_TRIAL, size=11, regimes=["general", "human", "drug"]).voted("rejected", absent=6)

    found = refused(path, "conclude", path.chair, password=PASSWORD)

    assert set(found) == {"votes"}
    assert found["votes"].startswith("human:22")


@pytest.mark.article("national", 16)
def test_no_verdict_reached_is_voted_on_again_and_the_first_ballots_stay():
    path = case().voted("modification_required", "modification_required", "modification_required")
    path.do("new_round", path.chair, reason="讨论后重新表决")

    path.vote(*["modification_required"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, requirements="补充知情同意书\n说明样本来源")

    assert path.review.state == Review.State.MODIFICATION_REQUIRED
    assert Opinion.objects.filter(review=path.review, round=1, state="cast").count() == 7
    assert [r.text for r in path.review.open_requests()] == ["补充知情同意书", "说明样本来源"]


@pytest.mark.article("national", 16)
def test_a_vote_that_has_its_result_is_not_taken_again():
    path = case().voted()

    assert "decided" in refused(path, "new_round", path.chair, reason="再投一次")


@pytest.mark.article("national", 16)
def test_modification_needs_requirements_in_writing():
    path = case().voted(*["modification_required"] * 7)

    with pytest.raises(InvalidInput) as caught:
        path.do("conclude", path.chair, password=PASSWORD)

    assert list(caught.value.errors) == ["requirements"]


@pytest.mark.article("national", 16)
def test_rejection_needs_reasons_and_closes_the_project():
    path = case().voted(*["rejected"] * 7)

    with pytest.raises(InvalidInput):
        path.do("conclude", path.chair, password=PASSWORD)
    path.do("conclude", path.chair, password=PASSWORD, reasons="风险大于受益")

    path.project.refresh_from_db()
    assert path.review.state == Review.State.REJECTED
    assert path.project.state == Project.State.REJECTED


def modified(**terms) -> Case:
    path = case().voted(*["modification_required"] * 7, **terms)
    path.do("conclude", path.chair, password=PASSWORD, requirements="补充知情同意书")
    path.fill(path.review.draft_submission)
    path.do("submit_modification", path.lead, answer__1="已补充", **signing(path.lead))
    return path


@pytest.mark.article("national", 16)
def test_a_modification_is_approved_by_the_secretary_and_the_chair_together():
    path = modified()

    path.do("confirm_modification", path.secretary, password=PASSWORD)
    assert path.review.state == Review.State.MODIFICATION_SUBMITTED
    path.do("confirm_modification", path.chair, password=PASSWORD)

    decision = path.review.decision
    assert path.review.state == Review.State.APPROVED
    assert decision.basis == Decision.Basis.MODIFICATION_CONFIRMED
    assert decision.submission.number == 2


def test_one_side_cannot_confirm_a_modification_twice():
    path = modified()
    path.do("confirm_modification", path.secretary, password=PASSWORD)

    assert "confirmed" in refused(path, "confirm_modification", path.secretary, password=PASSWORD)


def test_a_listed_activity_whose_modification_is_confirmed_passes_only_preliminarily():
    path = modified(listed="yes", listed_items=["invasive_bci"], listed_reason="属于侵入式脑机接口")
    path.do("confirm_modification", path.secretary, password=PASSWORD)

    path.do("confirm_modification", path.chair, password=PASSWORD)

    assert path.review.state == Review.State.PRELIMINARILY_PASSED
    assert path.review.project.state == "under_review"
    assert not path.review.decision.approves


def test_a_modification_that_does_not_do_is_returned():
    path = modified()

    path.do("return_modification", path.secretary, requirements="仍缺监护人签字栏")

    assert path.review.state == Review.State.MODIFICATION_REQUIRED
    assert [r.text for r in path.review.open_requests()] == ["仍缺监护人签字栏"]
    assert path.review.draft_submission.number == 3


@pytest.mark.article("national", 16, 17)
def test_a_revision_goes_to_the_meeting_again_with_a_new_clock():
    path = case().voted(*["revision_required"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, requirements="重新设计对照组")
    path.fill(path.review.draft_submission)

    path.do("resubmit_revision", path.lead, answer__1="已重新设计", **signing(path.lead))

    assert path.review.state == Review.State.ACCEPTED
    assert path.review.round == 2
    assert Deadline.objects.of(path.review).open().count() == 1


@pytest.mark.article("national", 5, 25, 32)
def test_a_listed_activity_passes_only_preliminarily():
    path = case(answers=BCI).drafted()
    path.do("submit", path.lead, **signing(path.lead))
    path.do(
        "accept",
        path.secretary,
        procedure="general",
        procedure_ground="列入清单",
        listed="yes",
        listed_items=["invasive_bci"],
    )
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    path.project.refresh_from_db()
    assert path.review.state == Review.State.PRELIMINARILY_PASSED
    assert path.project.state == Project.State.UNDER_REVIEW
    assert path.review.decision.preliminary
    assert not path.review.decision.approves


@pytest.mark.article("national", 8, 14)
def test_a_lead_who_sits_on_the_committee_is_recused_and_acts_as_lead_alone():
    path = case(size=8)
    path.lead = path.members[7]

    Appointment.objects.create(
        person=path.lead, role=Role.RESEARCHER, body=path.committee.institution, starts=law_day(path.at)
    )
    with_password(path.lead)
    path.opened()

    own = Opinion.objects.get(review=path.review, person=path.lead)
    assert own.state == Opinion.State.RECUSED
    with pytest.raises((NotVisible, NotPermitted, Refused)):
        perform(own, "cast", by=path.lead, at=path.at, **ballot(path.review, "approved"))
    assert path.review.item.quorum(path.at).present_count == 7


@pytest.mark.article("national", 8)
def test_a_recused_member_sees_nothing_of_the_matter_and_leaves_the_quorum():
    path = case().opened()
    member = path.members[4]

    perform(path.ballot_of(member), "recuse", by=member, at=path.at, ground="与负责人有合作")

    assert not Review.objects.visible_to(standing_of(member, path.at)).filter(pk=path.review.pk).exists()
    assert path.review.item.quorum(path.at).present_count == 6


def test_nobody_votes_for_another():
    path = case().opened()

    with pytest.raises(NotPermitted):
        perform(path.ballot_of(path.members[3]), "cast", by=path.chair, at=path.at, **ballot(path.review, "approved"))


def test_a_ballot_has_no_default_and_needs_every_criterion_and_the_password():
    path = case().opened()

    with pytest.raises(InvalidInput) as caught:
        perform(path.ballot_of(path.members[3]), "cast", by=path.members[3], at=path.at)

    assert {"verdict", "password"} < set(caught.value.errors)
    assert any(name.startswith("criterion__") for name in caught.value.errors)


def test_a_cast_ballot_stays_as_it_was_cast():
    path = case().opened()
    opinion = path.cast(path.members[0])

    with pytest.raises(Refused) as caught:
        path.cast(path.members[0], "rejected")

    opinion.refresh_from_db()
    assert caught.value.refusals[0].code == "state"
    assert opinion.verdict == "approved"


def test_no_conclusion_while_a_ballot_of_an_attending_member_is_out():
    path = case().opened()
    for member in path.members[:6]:
        path.cast(member)

    assert "ballots_out" in refused(path, "conclude", path.chair, password=PASSWORD)


@pytest.mark.article("national", 7)
def test_a_term_that_ends_during_the_meeting_ends_the_vote():
    path = case().opened()
    member = path.members[6]
    seat = path.committee.memberships.get(appointment__person=member)
    seat.appointment.ends = seat.appointment.starts
    seat.appointment.save()
    path.at += timedelta(days=1)

    with pytest.raises((NotVisible, NotPermitted, Refused)):
        path.cast(member)


@pytest.mark.article("national", 14)
def test_a_meeting_without_its_chair_needs_a_designated_vice_chair():
    path = case(size=8).in_review()
    seats = {seat.pk: seat for seat in path.committee.voting_members_at(law_day(path.at))}
    path.at = path.meeting.starts_at
    marks = {f"presence__{pk}": "absent" if s.appointment.role == Role.CHAIR else "present" for pk, s in seats.items()}
    perform(path.meeting, "mark_attendance", by=path.secretary, at=path.at, **marks)

    with pytest.raises(Refused) as caught:
        perform(path.meeting, "open", by=path.secretary, at=path.at)
    vice = next(s for s in seats.values() if s.appointment.role == Role.VICE_CHAIR)
    perform(path.meeting, "designate_presider", by=path.chair, at=path.at, presider=vice.pk)
    opened = perform(path.meeting, "open", by=path.secretary, at=path.at)

    assert [r.code for r in caught.value.refusals] == ["presider_absent"]
    assert opened.presiding == vice


@pytest.mark.article("national", 14)
def test_attendance_by_video_only_where_the_committees_rules_provide_for_it():
    path = case().in_review()
    seats = list(path.committee.voting_members_at(law_day(path.at)))
    marks = {f"presence__{seat.pk}": "video" for seat in seats}

    assert not path.committee.has_rule(RuleKind.VIDEO, law_day(path.at))
    with pytest.raises(InvalidInput) as caught:
        perform(path.meeting, "mark_attendance", by=path.secretary, at=path.at, **marks)
    assert len(caught.value.errors) == 7


def test_minutes_are_sealed_by_the_presider_and_nobody_else():
    path = case().concluded()

    with pytest.raises(NotPermitted):
        perform(path.meeting, "close", by=path.secretary, at=path.at, minutes="记录", password=PASSWORD)
    closed = perform(path.meeting, "close", by=path.chair, at=path.at, minutes="记录", password=PASSWORD)

    assert closed.state == "closed"
    assert people_of(path.committee, Role.CHAIR) == [path.chair]
