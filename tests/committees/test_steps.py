"""The committee's steps: what each does, what it needs, and what it leaves behind."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from committees.kinds import CommitteeState
from committees.models import Committee, Membership, committee_for
from committees.timing import REGISTRATION as DEADLINE
from ethicsreview.accounts.models import Appointment, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import create, open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from tests.committees import builders

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = AT.date()


def steps_recorded(committee: Committee) -> list[str]:
    entries = Entry.objects.filter(chain__subject_kind="committee", chain__subject_ref=committee.ref)
    return list(entries.order_by("seq").values_list("step", flat=True))


def seat_of(committee: Committee, role: str) -> Membership:
    return committee.memberships.filter(appointment__role=role).order_by("pk")[0]


# --- establish ----------------------------------------------------------------------------------------


@pytest.mark.article("national", 7, 43)
def test_establish_starts_the_registration_deadline_and_the_record() -> None:
    committee = builders.committee(at=AT)

    deadline = Deadline.objects.get(kind=DEADLINE, object_ref=committee.ref)
    assert committee.state == CommitteeState.ACTIVE
    assert (deadline.last_day, deadline.citation) == (date(2026, 7, 1), "national:43")
    assert (deadline.body_id, deadline.role) == (committee.institution_id, Role.INSTITUTION_OFFICER)
    assert committee.next_due_at == deadline.due_at
    assert steps_recorded(committee) == ["create", *["appoint"] * 8, *["adopt_rule"] * 6, "establish"]
    assert list(verify()) == []


def test_establish_counts_registration_from_the_day_of_setting_up() -> None:
    committee = builders.ready(at=AT)

    perform(
        committee,
        "establish",
        by=builders.keeper_of(committee),
        at=AT,
        set_up_on=DAY - timedelta(days=10),
    )

    assert Deadline.objects.get(kind=DEADLINE).last_day == date(2026, 6, 21)


def test_establish_on_a_future_day() -> None:
    committee = builders.ready(at=AT)

    with pytest.raises(InvalidInput) as invalid:
        perform(
            committee,
            "establish",
            by=builders.keeper_of(committee),
            at=AT,
            set_up_on=DAY + timedelta(days=1),
        )

    assert invalid.value.errors == {"set_up_on": ["日期不能晚于今天。"]}


@pytest.mark.article("national", 6, 7)
def test_establish_names_everything_that_is_wrong() -> None:
    committee = builders.draft(at=AT, regimes=["general"])
    keeper = builders.keeper_of(committee)
    builders.appoint(committee, 1, by=keeper, at=AT)

    with pytest.raises(Refused) as refused:
        perform(committee, "establish", by=keeper, at=AT, set_up_on=DAY)

    assert {refusal.code for refusal in refused.value.refusals} == {
        "committee_too_few",
        "committee_category_missing",
        "committee_one_sex",
        "committee_external_few",
        "committee_rule_missing",
    }
    assert str(refused.value.refusals[0]) == "委员1人，少于7人"
    assert all(refusal.cite for refusal in refused.value.refusals)


@pytest.mark.article("sichuan-rules", 7, 8)
def test_establish_in_sichuan_asks_for_signed_papers() -> None:
    committee = builders.draft("510100", at=AT)
    keeper = builders.keeper_of(committee)
    for number in range(1, 8):
        builders.appoint(committee, number, by=keeper, at=AT)

    with pytest.raises(Refused) as refused:
        perform(committee, "establish", by=keeper, at=AT, set_up_on=DAY)

    assert [refusal.code for refusal in refused.value.refusals].count("committee_paper_missing") == 14


def test_establish_in_sichuan() -> None:
    committee = builders.committee(region="510100", at=AT)

    assert committee.state == CommitteeState.ACTIVE


# --- people -------------------------------------------------------------------------------------------


@pytest.mark.article("national", 7)
def test_appoint_gives_the_role_and_tells_the_person() -> None:
    committee = builders.draft(at=AT)
    keeper = builders.keeper_of(committee)

    chair = builders.appoint(committee, 1, by=keeper, at=AT)

    assert standing_of(chair, AT).holds(Role.CHAIR, body_id=committee.pk)
    assert [str(seat.person) for seat in committee.voting_members_at(DAY)] == [chair.name]
    assert Notice.objects.filter(person=chair, key="committee.appointed").count() == 1


@pytest.mark.article("national", 7)
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends": DAY + timedelta(days=5 * 366)}, "ends"),
        ({"ends": DAY - timedelta(days=1)}, "ends"),
        ({"sex": ""}, "sex"),
        ({"category": "priest"}, "category"),
        ({"role": Role.OPERATOR}, "role"),
        ({"ai_categories": ["magic"]}, "ai_categories"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_appoint_refuses_wrong_input(changes: dict[str, object], field: str) -> None:
    committee = builders.draft(at=AT)

    with pytest.raises(InvalidInput) as invalid:
        builders.appoint(committee, 1, by=builders.keeper_of(committee), at=AT, **changes)

    assert invalid.value.errors.keys() == {field}
    assert Appointment.objects.filter(body=committee).count() == 0


def test_appoint_of_nobody_known() -> None:
    committee = builders.draft(at=AT)
    gone = builders.person(is_active=False)

    with pytest.raises(InvalidInput) as invalid:
        builders.appoint(committee, 1, by=builders.keeper_of(committee), at=AT, person=gone)

    assert invalid.value.errors == {"person": [f"没有用户名为“{gone.username}”的在用账号。"]}


def test_appoint_to_a_second_seat_in_the_same_time() -> None:
    committee = builders.draft(at=AT)
    keeper = builders.keeper_of(committee)
    chair = builders.appoint(committee, 1, by=keeper, at=AT)

    with pytest.raises(InvalidInput):
        builders.appoint(committee, 2, by=keeper, at=AT, person=chair)

    builders.appoint(committee, 2, by=keeper, at=AT, person=chair, role=Role.SECRETARY)
    with pytest.raises(InvalidInput):
        builders.appoint(committee, 2, by=keeper, at=AT, person=chair, role=Role.SECRETARY)
    assert committee.memberships.count() == 2


@pytest.mark.article("national", 7)
def test_renew_term_adds_a_term_after_the_old() -> None:
    committee = builders.committee(at=AT)
    seat = seat_of(committee, Role.CHAIR)

    perform(
        committee,
        "renew_term",
        by=builders.keeper_of(committee),
        at=AT,
        membership=seat.pk,
        ends=DAY + timedelta(days=2000),
    )

    terms = Appointment.objects.filter(person=seat.person, body=committee).order_by("starts")
    assert [term.starts for term in terms] == [DAY, terms[0].ends + timedelta(days=1)]
    assert [found.description() for found in committee.memberships.filter(appointment__in=terms)] == [
        seat.description()
    ] * 2


def test_renew_term_twice_over_the_same_time() -> None:
    committee = builders.committee(at=AT)
    seat, keeper = seat_of(committee, Role.CHAIR), builders.keeper_of(committee)
    terms = {"membership": seat.pk, "ends": DAY + timedelta(days=2000)}
    perform(committee, "renew_term", by=keeper, at=AT, **terms)

    with pytest.raises(InvalidInput) as invalid:
        perform(committee, "renew_term", by=keeper, at=AT, **terms)

    assert invalid.value.errors.keys() == {"ends"}


def test_end_term_keeps_the_day_and_takes_the_role_after_it() -> None:
    committee = builders.committee(at=AT)
    seat = seat_of(committee, Role.CHAIR)
    keeper = builders.keeper_of(committee)

    perform(committee, "end_term", by=keeper, at=AT, membership=seat.pk, last_day=DAY, reason="调离")

    assert standing_of(seat.person, AT).holds(Role.CHAIR)
    assert not standing_of(seat.person, AT + timedelta(days=1)).holds(Role.CHAIR)
    assert committee.count_all_members(DAY + timedelta(days=1)) == 6
    assert {refusal.code for refusal in committee.can_review(["general"], at=AT + timedelta(days=1))} == {
        "committee_too_few",
        "committee_chairs",
    }


@pytest.mark.parametrize("last_day", [DAY - timedelta(days=1), DAY + timedelta(days=9999)])
def test_end_term_outside_the_term(last_day: date) -> None:
    committee = builders.committee(at=AT)
    seat = seat_of(committee, Role.CHAIR)

    with pytest.raises(InvalidInput) as invalid:
        perform(
            committee,
            "end_term",
            by=builders.keeper_of(committee),
            at=AT,
            membership=seat.pk,
            last_day=last_day,
            reason="调离",
        )

    assert invalid.value.errors.keys() == {"last_day"}


def test_end_term_of_another_committees_member() -> None:
    committee, other = builders.committee(at=AT), builders.committee(at=AT)
    theirs = seat_of(other, Role.CHAIR)

    with pytest.raises(InvalidInput) as invalid:
        perform(
            committee,
            "end_term",
            by=builders.keeper_of(committee),
            at=AT,
            membership=theirs.pk,
            last_day=DAY,
            reason="调离",
        )

    assert invalid.value.errors.keys() == {"membership"}


# --- papers, training, rules --------------------------------------------------------------------------


def test_sign_paper_cures_what_expired() -> None:
    committee = builders.committee(region="510100", at=AT)
    later = AT + timedelta(days=10)
    secretary = builders.people_of(committee, Role.SECRETARY)[0]
    chair = seat_of(committee, Role.CHAIR).person
    committee.signed_papers.filter(person=chair, kind="interests").update(valid_until=DAY + timedelta(days=5))
    [expired] = committee.can_review(["general"], at=later)

    perform(
        committee,
        "sign_paper",
        by=secretary,
        at=later,
        person=chair.username,
        kind="interests",
        signed_on=later.date(),
    )

    assert str(expired) == f"{chair.name}签署的利益冲突声明已过有效期"
    assert committee.can_review(["general"], at=later) == []


@pytest.mark.article("shandong", 16)
@pytest.mark.article("sichuan", 13)
def test_record_training() -> None:
    committee = builders.committee(at=AT)
    secretary = builders.people_of(committee, Role.SECRETARY)[0]
    chair = seat_of(committee, Role.CHAIR).person

    perform(
        committee,
        "record_training",
        by=secretary,
        at=AT,
        person=chair.username,
        title="科技伦理审查委员培训",
        held_on=DAY,
        hours="8",
    )

    assert [(training.person, training.hours) for training in committee.trainings.all()] == [(chair, 8)]


@pytest.mark.article("national", 6)
def test_adopt_rule_ends_the_one_before() -> None:
    committee = builders.committee(at=AT)
    keeper = builders.keeper_of(committee)
    text = builders.rule_document(keeper, AT)
    effective = DAY + timedelta(days=30)

    perform(
        committee,
        "adopt_rule",
        by=keeper,
        at=AT,
        kind="charter",
        document=text.document.ref,
        effective=effective,
    )

    old, new = committee.rules.filter(kind="charter").order_by("effective")
    assert (old.until, new.effective, new.until) == (effective - timedelta(days=1), effective, None)
    assert committee.can_review(["general"], at=AT + timedelta(days=60)) == []


def test_adopt_rule_of_another_persons_document() -> None:
    committee = builders.committee(at=AT)
    text = builders.rule_document(builders.person(), AT)

    with pytest.raises(InvalidInput) as invalid:
        perform(
            committee,
            "adopt_rule",
            by=builders.keeper_of(committee),
            at=AT,
            kind="video",
            document=text.document.ref,
            effective=DAY,
        )

    assert invalid.value.errors.keys() == {"document"}
    assert not committee.has_rule("video", DAY)


# --- competence, end ----------------------------------------------------------------------------------


@pytest.mark.article("national", 13)
def test_set_competence_decides_what_it_may_review() -> None:
    committee = builders.committee(at=AT, regimes=["general"])
    [before] = committee.can_review(["ai"], at=AT)

    committee = perform(committee, "set_competence", by=builders.keeper_of(committee), at=AT, regimes=["general", "ai"])

    assert before.code == "committee_not_competent"
    assert committee.can_review(["ai"], at=AT) == []
    assert committee_for(committee.institution, ["ai"], at=AT) == [committee]


def test_dissolve_ends_all_terms_and_the_deadline() -> None:
    committee = builders.committee(at=AT)
    keeper = builders.keeper_of(committee)

    committee = perform(committee, "dissolve", by=keeper, at=AT, reason="并入其他委员会")

    tomorrow = DAY + timedelta(days=1)
    assert committee.state == CommitteeState.DISSOLVED
    assert not committee.is_active
    assert committee.members_at(tomorrow).count() == 0
    assert Deadline.objects.open().count() == 0
    assert committee_for(committee.institution, ["general"], at=AT) == []
    assert [refusal.code for refusal in committee.can_review(["general"], at=AT)] == ["committee_not_active"]
    assert open_steps(committee, keeper, at=AT) == []


def test_create_of_another_institutions_committee() -> None:
    stranger, other = builders.keeper_of(builders.institution()), builders.institution()

    with pytest.raises(NotPermitted):
        create(
            Committee(name="委员会", region="370100", type="institution", institution=other, regimes=["general"]),
            by=stranger,
        )


def test_create_of_a_centre_is_the_operators() -> None:
    centre = builders.draft(type="regional_centre", at=AT)

    with pytest.raises(NotPermitted):
        create(
            Committee(name="区域中心", region="370100", type="regional_centre", regimes=["general"]),
            by=builders.keeper_of(builders.institution()),
        )
    assert centre.institution is None
    assert centre.ref.startswith("C2026-")
