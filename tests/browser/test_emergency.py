"""An emergency in a real browser: declared, a committee made ready, an urgent review to its letter."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.door import perform
from reviews.models import EmergencyEvent, Project
from tests.committees.builders import appoint, keeper_of, people_of
from tests.pages import Looking, desk, portal
from tests.reviews.builders import PASSWORD, with_password
from tests.reviews.emergencies import regulator_of, urgent, urgent_listed
from tests.reviews.recheck_builders import LISTED

pytestmark = pytest.mark.django_db(transaction=True)


def test_declaring_and_being_ready(look: Looking, page: Page, live_server: LiveServer) -> None:
    path = urgent(ready=False)
    regulator = with_password(regulator_of(path.event))
    appoint(path.committee, by=keeper_of(path.committee), role=Role.ADVISER)
    look(regulator, desk("emergency_events"), "events")
    look(regulator, desk("emergency_event_new"), "event-new")
    look(path.secretary, desk("committee", path.committee.ref), "committee-unready")
    look(path.secretary, desk("step", "committees", path.committee.ref, "keep_roster"), "roster")

    look.sit_down(regulator)
    page.goto(live_server.url + desk("emergency_event_new"))
    page.get_by_label("事件名称").fill("某地洪涝灾害")
    page.get_by_label("自然灾害").check()
    page.get_by_label("较大（Ⅲ级）").check()
    page.get_by_label("地区").fill("510000")
    page.get_by_label("依据的文件").fill("省防汛指挥部公告")
    page.get_by_label("理由").fill("多地超警戒水位。")
    page.locator("main").get_by_role("button", name="宣布突发事件").click()
    # Not its territory: told so, and what was typed is still there.
    expect(page.locator("main")).to_contain_text("该地区不在本部门的辖区之内")
    expect(page.get_by_label("事件名称")).to_have_value("某地洪涝灾害")
    page.get_by_label("地区").fill("370100")
    page.locator("main").get_by_role("button", name="宣布突发事件").click()
    expect(page.locator("h1")).to_have_text("某地洪涝灾害")
    made = EmergencyEvent.objects.get(title="某地洪涝灾害")
    assert (made.kind, made.level, made.territory) == ("natural_disaster", "larger", "3701")


def test_an_urgent_review(look: Looking, page: Page, live_server: LiveServer) -> None:
    path = urgent(at=timezone.now() - timedelta(hours=3)).assessed()
    look(path.lead, path.project.get_absolute_url(), "project")
    path.drafted()
    look(path.lead, path.review.get_absolute_url(), "review-draft")
    path.submitted()
    look(path.secretary, desk("review", path.review.ref), "review-claimed")
    look(path.secretary, desk("step", "reviews", path.review.ref, "accept_urgently"), "accept")

    look.sit_down(path.chair)
    page.goto(live_server.url + desk("step", "reviews", path.review.ref, "accept_urgently"))
    page.get_by_label("某呼吸道传染病疫情").check()
    page.get_by_label("很紧急（48小时）").check()
    page.get_by_label("适用应急程序的理由").fill("病例快速增加")
    page.get_by_label("不列入").check()
    page.locator("main").get_by_role("button", name="按应急程序受理").click()
    expect(page.locator("main")).to_contain_text("还剩47小时")
    path.review = type(path.review).objects.get(pk=path.review.pk)
    path.at = timezone.now()
    look(path.secretary, desk("queue"), "queue")
    look(path.lead, portal("home"), "home")
    look(path.lead, path.review.get_absolute_url(), "review-accepted")

    Project.objects.filter(pk=path.project.pk).update(field="engineering")
    path.do("begin", path.secretary, meeting=path.planned(timedelta(0)).ref)
    path.open_meeting()
    path.vote()
    adviser = path.adviser("engineering")
    seat = path.committee.memberships.get(appointment__person=adviser)
    look(path.chair, desk("review", path.review.ref), "review-field-absent")
    look(path.secretary, desk("step", "reviews", path.review.ref, "invite_adviser"), "invite")
    path.do("invite_adviser", path.secretary, adviser=str(seat.pk))
    look(adviser, desk("step", "reviews", path.review.ref, "give_advice"), "advice")
    path.do("give_advice", adviser, presence="video", advice="采样率足以支持结论。", password=PASSWORD)
    look(path.chair, desk("review", path.review.ref), "review-advised")
    path.do("conclude", path.chair, password=PASSWORD)
    look(path.lead, path.review.get_absolute_url(), "review-approved")
    look(path.chair, desk("review", path.review.ref), "decision")
    look(with_password(regulator_of(path.event)), path.event.get_absolute_url(), "event")


def test_left_for_the_general_procedure_and_a_recheck_in_hours(look: Looking) -> None:
    path = urgent_listed(at=timezone.now() - timedelta(hours=4)).accepted(**LISTED)
    look(path.secretary, desk("review", path.review.ref), "listed-accepted")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    path.close()
    path.referred().paneled()
    look(path.organiser, desk("recheck", path.recheck.ref), "recheck")
    look(path.lead, path.review.get_absolute_url(), "review-in-recheck")
    perform(path.event, "end", by=regulator_of(path.event), at=path.at, reason="疫情结束")
    path.do("leave_emergency", path.chair, reason="疫情已经结束，不再紧急")
    look(path.lead, path.review.get_absolute_url(), "review-general-again")
    look(path.chair, desk("review", path.review.ref), "review-general-again-desk")
    look(people_of(path.committee, Role.SECRETARY)[0], desk("committee", path.committee.ref), "committee-ready")
