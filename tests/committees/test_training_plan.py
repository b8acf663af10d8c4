"""Training plans: who is invited, what a session brings about, what is still missing, and who sees nothing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from committees.models import Committee, TrainingPlan
from committees.models.training_plan import organisers, plan_training
from committees.timing import PLAN, TRAINING
from ethicsreview.accounts.models import Body, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from ethicsreview.notices.models import Notice
from tests.committees import builders

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = timedelta(days=1)


def plan(organiser: Body, by: Person, **terms: object) -> TrainingPlan:
    given = {"title": "年度培训", "topics": "办法\n案例", "audience": ["chair", "member"], "until": date(2026, 9, 30)}
    return plan_training(organiser, by=by, at=AT, **given | terms)


def hold(made: TrainingPlan, by: Person, *people: Person, **terms: object) -> TrainingPlan:
    named = " ".join(one.username for one in people)
    given = {"held_on": date(2026, 8, 31), "place": "线上", "hours": "8", "attendees": named}
    return perform(made, "hold", by=by, at=AT + 100 * DAY, **given | terms)


def training_of(committee: Committee, person: Person) -> Deadline:
    return Deadline.objects.open().get(kind=TRAINING, person=person, body=committee)


@pytest.mark.article("national", 5)
def test_a_session_is_entered_with_the_committee_and_its_time_begins_from_it() -> None:
    committee = builders.committee(at=AT, regimes=["general"])
    secretary = builders.people_of(committee, Role.SECRETARY)[0]
    chair, outsider = builders.people_of(committee, Role.CHAIR)[0], builders.person()
    made = perform(plan(committee, secretary), "announce", by=secretary, at=AT)
    invited = set(Notice.objects.filter(key="training_plan.announce").values_list("person", flat=True))
    owed = Deadline.objects.get(kind=PLAN)

    made = hold(made, secretary, chair, outsider)

    voting = {chair, *builders.people_of(committee, Role.MEMBER)}
    assert invited == {one.pk for one in voting}
    assert (owed.last_day, owed.role) == (date(2026, 9, 30), Role.SECRETARY)
    assert list(committee.trainings.values_list("person", "title")) == [(chair.pk, "年度培训")]
    assert training_of(committee, chair).last_day == date(2028, 8, 31)
    assert set(made.attended()) == {chair, outsider}
    assert set(made.expected(date(2026, 9, 1)).difference(made.attended())) == voting - {chair}


@pytest.mark.article("shandong", 16)
@pytest.mark.article("sichuan", 13)
def test_a_department_trains_the_committees_of_its_territory_and_of_no_other() -> None:
    inside, outside = builders.committee(at=AT), builders.committee(region="370200", at=AT)
    city = builders.authority("370100", level="city")
    regulator = builders.holder(Role.REGULATOR, city)
    here, there = builders.people_of(inside, Role.CHAIR)[0], builders.people_of(outside, Role.CHAIR)[0]
    secretary = builders.people_of(inside, Role.SECRETARY)[0]
    made = plan(city, regulator)
    before = TrainingPlan.objects.visible_to(standing_of(here, AT)).count()
    made = perform(made, "announce", by=regulator, at=AT)

    made = hold(made, regulator, here, there)
    made = perform(made, "close", by=regulator, at=AT + 101 * DAY)

    told = {notice.person for notice in Notice.objects.filter(key="training_plan.announce")}
    assert told == {secretary}
    assert [one.person for one in inside.trainings.all()] == [here]
    assert list(outside.trainings.all()) == []
    assert (before, Deadline.objects.get(kind=PLAN).outcome) == (0, "met")
    assert TrainingPlan.objects.visible_to(standing_of(here, AT)).get() == made
    assert list(TrainingPlan.objects.visible_to(standing_of(there, AT))) == []


def test_what_is_wrong_with_a_session_is_told_at_once() -> None:
    committee = builders.committee(at=AT, regimes=["general"])
    secretary = builders.people_of(committee, Role.SECRETARY)[0]
    made = plan(committee, secretary)

    with pytest.raises(Refused):
        hold(made, secretary)
    made = perform(made, "announce", by=secretary, at=AT)
    with pytest.raises(Refused) as nothing:
        perform(made, "close", by=secretary, at=AT)
    with pytest.raises(InvalidInput) as wrong:
        hold(made, secretary, held_on=date(2027, 1, 1), hours="0", attendees="没有的人", document="D2026-000001")

    assert [one.code for one in nothing.value.refusals] == ["nothing_held"]
    assert set(wrong.value.errors) == {"held_on", "hours", "attendees", "document"}


def test_only_its_organiser_moves_it_and_a_past_day_is_refused() -> None:
    committee = builders.committee(at=AT, regimes=["general"])
    secretary, member = builders.people_of(committee, Role.SECRETARY)[0], builders.people_of(committee, Role.MEMBER)[0]
    officer = builders.keeper_of(committee)
    made = plan(committee, officer)

    with pytest.raises(NotPermitted):
        plan(committee, member)
    with pytest.raises(InvalidInput) as past:
        plan(committee, secretary, until=date(2026, 5, 31))
    with pytest.raises(NotPermitted):
        perform(made, "announce", by=member, at=AT)
    made = perform(made, "withdraw", by=secretary, at=AT, reason="改期")

    assert set(past.value.errors) == {"until"}
    assert made.state == "withdrawn"
    assert set(organisers(standing_of(officer, AT)).values_list("pk", flat=True)) == {
        committee.pk,
        committee.institution_id,
    }
    assert list(organisers(standing_of(member, AT))) == []
