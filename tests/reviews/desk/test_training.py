"""Training plans at the desk: planned, announced, a session with its evidence; who came is the organiser's to see."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from committees.models import TrainingPlan
from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.door import perform
from tests.committees.builders import authority, committee, holder, people_of
from tests.reviews.annual import training
from tests.reviews.desk.conftest import address, queries, text

pytestmark = pytest.mark.django_db


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def announced(made, secretary) -> TrainingPlan:
    now = timezone.now()
    return perform(training(made, by=secretary, at=now), "announce", by=secretary, at=now)


def hold(plan: TrainingPlan, by, *people) -> TrainingPlan:
    day = timezone.localdate()
    names = " ".join(one.username for one in people)
    return perform(plan, "hold", by=by, held_on=day, place="礼堂", hours="4", attendees=names)


def test_pages_are_shown_within_their_budgets_and_cost_the_same_for_more(signed_in) -> None:
    made = committee()
    secretary, members = people_of(made, Role.SECRETARY)[0], people_of(made, Role.MEMBER)
    plan = hold(announced(made, secretary), secretary, members[0])
    client = signed_in(secretary)
    pages = [address("training_plans"), address("training_plan", plan.ref)]
    few = [cost(client, page) for page in pages]

    for _number in range(2):
        hold(plan, secretary, *members[:3])
        announced(made, secretary)

    assert [cost(client, page) for page in pages] == few
    assert few[0] <= 12
    assert few[1] <= 20


def test_a_training_is_planned_announced_and_held_by_its_forms(signed_in) -> None:
    made = committee()
    secretary, member = people_of(made, Role.SECRETARY)[0], people_of(made, Role.MEMBER)[0]
    client, day = signed_in(secretary), timezone.localdate()
    given = {"organiser": made.ref, "title": "年度培训", "topics": "办法\n案例", "audience": ["member"]}

    wrong = client.post(address("training_plan_new"), given | {"until": day - timedelta(days=1), "audience": []})
    past = client.post(address("training_plan_new"), given | {"until": day - timedelta(days=1)})
    client.post(address("training_plan_new"), given | {"until": day + timedelta(days=30)})
    plan = TrainingPlan.objects.get()
    client.post(address("step", "training-plans", plan.ref, "announce"))
    file = SimpleUploadedFile("签到表.txt", "签到表".encode())
    uploaded = client.post(address("training_certificate", plan.ref), {"title": "签到表", "file": file})
    form = client.get(uploaded.url)
    session = {"held_on": day, "place": "礼堂", "hours": "4", "attendees": member.username}
    session["document"] = form.context["form"].initial["document"]
    held = client.post(address("step", "training-plans", plan.ref, "hold"), session)

    page = text(client.get(address("training_plan", plan.ref)))
    paper = client.get(address("training_paper", plan.ref, plan.sessions.get().pk))
    assert [one.status_code for one in (wrong, past, uploaded, held)] == [422, 422, 302, 302]
    assert member.name in page
    assert made.trainings.get().person == member
    assert paper.getvalue() == "签到表".encode()


def test_who_came_is_for_the_organiser_and_others_find_nothing(signed_in) -> None:
    made = committee()
    secretary, member = people_of(made, Role.SECRETARY)[0], people_of(made, Role.MEMBER)[0]
    plan = hold(announced(made, secretary), secretary, member)
    watcher = holder(Role.REGULATOR, authority("370100", level="city"))
    elsewhere = holder(Role.REGULATOR, authority("370200", level="city"))
    page, upload = address("training_plan", plan.ref), address("training_certificate", plan.ref)

    assert "礼堂" in text(signed_in(secretary).get(page))
    seen = text(signed_in(watcher).get(page))
    assert plan.title in seen
    assert "礼堂" not in seen
    assert signed_in(member).get(upload).status_code == 404
    assert signed_in(elsewhere).get(page).status_code == 404
    assert signed_in(member).get(address("training_plan_new")).status_code == 404
