"""The committee's steps: what each does, what it needs, and what it leaves behind."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from committees.kinds import CommitteeState
from committees.models import Committee, Membership, committee_for
from committees.timing import REGISTRATION as DEADLINE
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import create, open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
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
