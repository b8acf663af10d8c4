"""Emergencies and urgent reviews on every face: who finds what, hours left, budgets, and the machine's side."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from committees.models import InterestDeclaration
from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.door import perform
from ethicsreview.notices.models import Notice
from reviews.models import EmergencyEvent
from tests.committees.builders import authority, holder, institution, keeper_of, people_of
from tests.reviews.api.client import Caller
from tests.reviews.builders import case
from tests.reviews.desk.conftest import address, queries, signed_in, text
from tests.reviews.emergencies import GROUND, Urgent, event, regulator_of, urgent

__all__ = ["signed_in"]
pytestmark = pytest.mark.django_db


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def another(path: Urgent) -> Urgent:
    beside = Urgent(path.committee, path.lead, path.at)
    beside.event = path.event
    return beside.accepted()


# --- budgets ------------------------------------------------------------------------------------------------------


def test_lists_cost_the_same_with_one_row_and_with_three(signed_in):
    path = urgent().accepted()
    secretary, regulator = signed_in(path.secretary), signed_in(regulator_of(path.event))
    pages = [
        (secretary, address("queue")),
        (secretary, address("emergency_events")),
        (regulator, address("emergency_events")),
        (regulator, "/desk/registers/reviews/emergencyevent/"),
    ]

    with_one = [cost(client, page) for client, page in pages]
    for _more in range(2):
        another(path)
        event(at=path.at, by=regulator_of(path.event), title="另一事件")
    with_three = [cost(client, page) for client, page in pages]

    assert with_one == with_three
    assert max(with_one) <= 12


def test_pages_stay_within_twenty(signed_in):
    path = urgent().submitted()
    secretary, lead = signed_in(path.secretary), signed_in(path.lead)
    regulator = signed_in(regulator_of(path.event))

    claimed = cost(secretary, address("review", path.review.ref))
    path.do("accept_urgently", path.secretary, event=path.event.ref, tier=1, procedure_ground=GROUND, listed="no")
    one = cost(regulator, path.event.get_absolute_url()), cost(secretary, path.event.get_absolute_url())
    another(path)
    another(path)
    three = cost(regulator, path.event.get_absolute_url()), cost(secretary, path.event.get_absolute_url())
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    voted = cost(signed_in(path.chair), address("review", path.review.ref))

    assert one == three
    assert max(claimed, voted, *one) <= 20
    assert cost(lead, path.review.get_absolute_url()) <= 20
    assert cost(secretary, address("committee", path.committee.ref)) <= 20


# --- who finds what -----------------------------------------------------------------------------------------------


def test_an_event_is_no_secret_in_its_territory_and_not_found_elsewhere(signed_in):
    path = urgent()
    elsewhere = people_of(case(region="510100").committee, Role.SECRETARY)[0]

    assert path.event.title in text(signed_in(path.secretary).get(path.event.get_absolute_url()))
    assert signed_in(elsewhere).get(path.event.get_absolute_url()).status_code == 404
    assert path.event.title not in text(signed_in(elsewhere).get(address("emergency_events")))


def test_figures_are_for_who_supervises_and_reviews_for_who_may_see_them(signed_in):
    path = urgent().accepted()
    regulator, secretary = signed_in(regulator_of(path.event)), signed_in(path.secretary)

    of_regulator = regulator.get(path.event.get_absolute_url())
    of_secretary = secretary.get(path.event.get_absolute_url())

    assert of_regulator.context["figures"].accepted == 1
    assert path.project.title not in text(of_regulator), "no high-risk activity: the regulator has no part in it"
    assert of_secretary.context["figures"] is None
    assert path.project.title in text(of_secretary)


def test_who_has_an_interest_learns_of_no_review_from_the_event(signed_in):
    path = urgent().accepted()
    member = path.members[4]
    page = path.event.get_absolute_url()
    assert path.project.title in text(signed_in(member).get(page))

    InterestDeclaration.objects.create(
        committee=path.committee,
        person=member,
        year=path.at.year,
        declared_at=path.at,
        none_to_declare=False,
        details="师生",
    ).people.set([path.lead])

    assert path.project.title not in text(signed_in(member).get(page))


def test_only_a_regulator_finds_the_page_on_which_one_is_declared(signed_in):
    path = urgent()

    assert signed_in(path.secretary).get(address("emergency_event_new")).status_code == 404
    assert signed_in(regulator_of(path.event)).get(address("emergency_event_new")).status_code == 200


def test_declared_on_the_page(signed_in):
    department = authority("370000")
    regulator = signed_in(holder(Role.REGULATOR, department))
    given = {
        "authority": department.ref,
        "title": "某地洪涝灾害",
        "kind": "natural_disaster",
        "level": "larger",
        "region": "370200",
        "instrument": "公告",
        "grounds": "多地超警戒水位",
    }

    wrong = regulator.post(address("emergency_event_new"), given | {"region": "510000"})
    right = regulator.post(address("emergency_event_new"), given)

    assert wrong.status_code == 422
    assert 'value="某地洪涝灾害"' in text(wrong)
    assert right.status_code == 302
    assert EmergencyEvent.objects.get().territory == "3702"


# --- hours left ---------------------------------------------------------------------------------------------------


def test_whoever_has_the_ball_sees_hours_left(signed_in):
    path = urgent(at=timezone.now()).accepted()

    for who, page in (
        (path.secretary, address("queue")),
        (path.secretary, address("review", path.review.ref)),
        (path.chair, address("review", path.review.ref)),
        (path.lead, reverse("portal:home")),
        (path.lead, path.project.get_absolute_url()),
        (path.lead, path.review.get_absolute_url()),
    ):
        assert "还剩71小时" in text(signed_in(who).get(page)) or "还剩72小时" in text(signed_in(who).get(page)), page


def test_a_claim_stands_at_the_head_of_the_queue(signed_in):
    path = urgent()
    older = case(at=path.at)
    older.committee, older.lead = path.committee, path.lead
    older.submitted()
    path.submitted()

    page = text(signed_in(path.secretary).get(address("queue")))

    assert page.index(path.review.ref) < page.index(older.review.ref)
    assert "请先判断是否按应急程序受理" in page


def test_the_portal_says_calmly_what_is_in_force(signed_in):
    path = urgent().assessed()

    page = text(signed_in(path.lead).get(path.project.get_absolute_url()))

    assert "山东省现有突发事件：某呼吸道传染病疫情" in page
    assert "审查标准不降低" in page
    path.accepted()
    assert "应急程序" in text(signed_in(path.lead).get(path.review.get_absolute_url()))


# --- machines -----------------------------------------------------------------------------------------------------


def test_declared_changed_and_ended_by_machine():
    department = authority("370000")
    caller = Caller(holder(Role.REGULATOR, department))
    body = {
        "authority": department.ref,
        "title": "某疫情",
        "kind": "public_health",
        "level": "major",
        "region": "370000",
        "instrument": "公告",
        "grounds": "社区传播",
    }

    refused = caller.post("/emergency-events", body | {"level": "huge", "region": "510000"})
    made = caller.post("/emergency-events", body)
    ref = made.json()["ref"]
    raised = caller.post(f"/emergency-events/{ref}/steps/change_level", {"level": "extraordinary", "reason": "扩散"})
    ended = caller.post(f"/emergency-events/{ref}/steps/end", {"reason": "结束"})

    assert refused.status_code == 422
    assert made.status_code == 201
    assert made.json()["in_force"] is True
    assert raised.json()["level"] == "extraordinary"
    assert (ended.json()["state"], ended.json()["in_force"]) == ("ended", False)


def test_nobody_else_declares_by_machine():
    department = authority("370000")
    body = {"authority": department.ref, "title": "x", "kind": "other", "level": "general", "region": "370000"}
    body |= {"instrument": "x", "grounds": "x"}

    for who in (holder(Role.RESEARCHER, institution()), holder(Role.REGULATOR, authority("510000"))):
        assert Caller(who).post("/emergency-events", body).status_code == 422
    assert not EmergencyEvent.objects.exists()


def test_a_machine_accepts_and_reads_how_urgent_it_is():
    path = urgent(at=timezone.now() - timedelta(hours=1)).submitted()
    caller = Caller(path.secretary)
    before = caller.get(f"/reviews/{path.review.ref}").json()["urgency"]

    terms = {"event": path.event.ref, "tier": "2", "procedure_ground": GROUND, "listed": "no"}
    answer = caller.post(f"/reviews/{path.review.ref}/steps/accept_urgently", terms)

    after = answer.json()["urgency"]
    assert (before["claimed"], before["running"]) == (True, False)
    assert (after["running"], after["event"], after["tier"], after["hours"]) == (True, path.event.ref, 2, 48)
    ordinary = case().accepted()
    assert Caller(ordinary.secretary).get(f"/reviews/{ordinary.review.ref}").json()["urgency"] is None


def test_a_machine_is_told_all_that_is_missing():
    path = urgent(ready=False).submitted()
    perform(path.event, "end", by=regulator_of(path.event), at=path.at, reason="结束")

    steps = Caller(path.secretary).get(f"/reviews/{path.review.ref}/steps").json()

    [shut] = [one for one in steps if one["name"] == "accept_urgently"]
    assert {one["code"] for one in shut["refusals"]} == {
        "no_event",
        "emergency_process_missing",
        "emergency_sop_missing",
        "emergency_training",
        "emergency_roster",
    }


# --- post ---------------------------------------------------------------------------------------------------------


def test_members_are_told_at_once_in_their_own_language():
    path = urgent()
    english = path.members[2]
    type(english).objects.filter(pk=english.pk).update(language="en")

    path.accepted()
    path.do("begin", path.secretary, meeting=path.planned().ref)

    told = Notice.objects.filter(key="review.accept_urgently")
    assert {notice.person_id for notice in told} >= {path.lead.pk, *(member.pk for member in path.members)}
    assert all(notice.urgent for notice in told)
    assert told.get(person=path.chair).subject.startswith("按应急程序受理")
    assert told.get(person=english).subject.startswith("Accepted as urgent")
    assert Notice.objects.filter(key="review.begun_urgently", person=path.chair, urgent=True).exists()
    assert keeper_of(path.committee).pk not in {notice.person_id for notice in told}
