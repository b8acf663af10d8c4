"""The committee's people: appointed, their terms renewed and ended."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from committees.models import Committee, Membership
from ethicsreview.accounts.models import Appointment, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput
from ethicsreview.notices.models import Notice
from tests.committees import builders

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = AT.date()


def seat_of(committee: Committee, role: str) -> Membership:
    return committee.memberships.filter(appointment__role=role).order_by("pk")[0]


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
