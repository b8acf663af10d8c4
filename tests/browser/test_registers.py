"""Registers, an annual report and a training in a real browser, by those who keep them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from committees.models import TrainingPlan
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models.annual.lettering import issue_pending
from tests.browser.hands import Hands
from tests.committees.builders import appoint, authority, holder, keeper_of, people_of
from tests.pages import Looking, desk
from tests.reviews.annual import TEXTS, reported_year
from tests.reviews.builders import PASSWORD, Case, case, with_password
from tests.reviews.recheck_builders import listed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("national", 43, 44)
@pytest.mark.article("shandong", 11)
def test_registers_from_the_receipt_to_what_changed(look: Looking) -> None:
    path = listed(at=timezone.now() - timedelta(days=3)).passed().delivered()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    made, officer = path.committee, with_password(keeper_of(path.committee))
    regulator = with_password(holder(Role.REGULATOR, authority("370100", level="city")))
    hands = Hands.of(look, officer).go(desk("committee_registration", made.ref))
    hands.press("登记回执")
    hands.fill({"owed": "committee.registration", "number": "登-1", "handled_on": law_day(timezone.now()).isoformat()})
    hands.press("登记回执")
    appoint(made, 20, by=officer)
    hands.go(desk("committee_registration", made.ref)).sees("应当及时更新")
    hands.go(desk("activity_registration", path.project.ref)).press("登记清单内科技活动")
    hands.fill({"number": "活-1", "handled_on": law_day(timezone.now()).isoformat()})
    hands.press("登记清单内科技活动")
    assert {one.number for one in made.registrations.all()} == {"登-1"}

    look.sit_down(regulator)
    look.at(desk("committee_register"), "committee-register")
    look.at(desk("committee_register") + "?registration=none", "committee-register-empty")
    look.at(desk("committee_registration", made.ref), "committee-registration")
    look.at(desk("activity_register"), "activity-register")
    look.at(desk("activity_registration", path.project.ref), "activity-registration")


@pytest.mark.article("national", 45)
def test_annual_report_from_its_draft_to_its_acceptance(look: Looking) -> None:
    path: Case = case(at=timezone.now() - timedelta(days=2)).concluded()
    made, chair = path.committee, path.chair
    officer = with_password(keeper_of(made))
    department = authority("370100", level="city")
    regulator = with_password(holder(Role.REGULATOR, department))
    report = reported_year(made, department, at=timezone.now())
    Hands.of(look, chair).go(desk("annual_report", report.ref)).take("填写文字部分", TEXTS)
    Hands.of(look, chair).go(desk("annual_report", report.ref)).take("签署", {"password": PASSWORD})
    issue_pending(timezone.now())
    day = law_day(timezone.now()).isoformat()
    Hands.of(look, officer).go(desk("annual_report", report.ref)).take("提交", {"number": "年-1", "handled_on": day})

    look.sit_down(regulator)
    look.at(desk("annual_reports"), "annual-reports")
    look.at(desk("annual_report", report.ref), "annual-report")
    look.at(desk("step", "annual-reports", report.ref, "send_back"), "annual-report-return")
    Hands.of(look, regulator).go(desk("annual_report", report.ref)).take("接收")

    report.refresh_from_db()
    assert (report.state, report.number, report.signatures) == ("accepted", "年-1", 1)


@pytest.mark.article("national", 5)
def test_training_from_its_plan_to_who_came(look: Looking) -> None:
    made = case(at=timezone.now() - timedelta(days=2)).committee
    secretary, member = with_password(people_of(made, Role.SECRETARY)[0]), people_of(made, Role.MEMBER)[0]
    hands = Hands.of(look, secretary).go(desk("training_plan_new"))
    until = (law_day(timezone.now()) + timedelta(days=30)).isoformat()
    hands.fill({"title": "年度培训", "topics": "办法", "audience": ["member"], "until": until}, within="main form")
    hands.press("拟订培训计划")
    hands.take("通知培训")
    plan = TrainingPlan.objects.get()
    hands.go(desk("training_certificate", plan.ref)).fill({"title": "签到表"})
    hands.hand_in("签到表")
    day = law_day(timezone.now()).isoformat()
    hands.fill({"held_on": day, "place": "礼堂", "hours": "4", "attendees": member.username})
    hands.press("登记一次培训")
    hands.sees(member.name)
    plan.refresh_from_db()
    perform(plan, "close", by=secretary)

    assert made.trainings.get().person == member
    look.at(desk("training_plans"), "training-plans")
    look.at(desk("training_plan_new"), "training-plan-new")
    look.at(desk("training_plan", plan.ref), "training-plan")
