"""What comes after an approval in a real browser: nothing for axe to find, nothing wider than a phone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.timely import take_timely
from reviews.models import Decision, FollowUp, Report
from reviews.models.reviewing.lettering import issue_pending
from tests.committees.builders import keeper_of
from tests.pages import Looking, desk, picture, portal
from tests.reviews.builders import PASSWORD, Case, case
from tests.reviews.following import answers, assess, begin, filed, latest, state_of, step
from tests.reviews.rules.answers import DRUG_TRIAL

pytestmark = pytest.mark.django_db(transaction=True)


def trial(days: int) -> Case:
    """A drug trial that was approved so many days ago; the case stands at the present."""
    at = timezone.now() - timedelta(days=days)
    path = case(at=at, answers=dict(DRUG_TRIAL), regimes=["general", "human", "drug"]).concluded()
    path.at = timezone.now() - timedelta(minutes=30)
    return path


def test_a_follow_up_that_has_fallen_due(look: Looking, page: Page, live_server: LiveServer) -> None:
    path = trial(340)
    found = latest(path)
    ago = (path.at - timedelta(days=2)).date().isoformat()
    terms = {"due_on": ago, "reason": "风险较高"}
    found = perform(found, "bring_forward", by=path.secretary, at=path.at - timedelta(days=30), **terms)
    take_timely(path.at)
    look(path.lead, "/", "home")
    look(path.lead, path.project.get_absolute_url(), "project")
    look(path.lead, found.get_absolute_url(), "follow-up")
    look(path.lead, portal("follow_up_write", found.ref), "follow-up-write")
    look(path.secretary, desk("queue"), "desk-queue")
    look(keeper_of(path.committee), desk("queue"), "desk-officer")
    look(path.secretary, desk("following"), "desk-following")
    look(path.secretary, desk("follow_up", found.ref), "desk-follow-up")

    look.sit_down(path.lead)
    page.goto(live_server.url + portal("follow_up_write", found.ref))
    page.get_by_label("方案执行和调整情况").fill("按批准的方案执行，没有调整。")
    expect(page.locator("#saved")).to_contain_text("已保存")
    page.get_by_role("button", name="保存并检查").click()
    expect(page.get_by_text("还不能提交")).to_be_visible()
    picture(page, "follow-up-check-wanting")
    page.get_by_role("link", name="修改").first.click()
    expect(page.get_by_label("方案执行和调整情况")).to_have_value("按批准的方案执行，没有调整。")
    page.get_by_label("风险防控方案执行情况").fill("按风险防控方案执行。")
    page.get_by_label("风险的潜在变化及对参与者的影响").fill("没有变化。")
    for label in ("计划入组的参与者人数", "已入组人数", "退出人数", "本期严重不良事件件数", "本期方案偏离件数"):
        page.get_by_label(label).fill("3")
    page.get_by_label("否").check()
    page.get_by_role("button", name="保存并检查").click()
    page.get_by_role("button", name="提交跟踪审查报告").click()
    expect(page.get_by_text("已报告").first).to_be_visible()
    assert FollowUp.objects.get(pk=found.pk).state == "reported"


def test_an_adverse_event_from_its_report_to_the_standstill(look: Looking, page: Page, live_server: LiveServer) -> None:
    path = trial(60)
    report = begin(path, "sae")
    look(path.lead, portal("report_write", report.ref), "sae-write")
    terms = answers(report.asked(report.policy_at(path.at)), path.at.date(), seriousness="death", related="related")
    Report.objects.filter(pk=report.pk).update(answers={key: str(value) for key, value in terms.items()})
    look(path.lead, portal("report_check", report.ref), "sae-check")
    report = filed(path, "sae", seriousness="death", related="related")
    look(path.secretary, desk("queue"), "desk-queue-sae")
    look(path.secretary, desk("step", "reports", report.ref, "assess"), "desk-assess")
    until = (path.at + timedelta(days=14)).date().isoformat()
    told = {"inform": "yes", "inform_what": "新出现的肝损伤风险；再次取得知情同意。", "inform_by": until}
    report = assess(path, report, "suspended", **told)
    look(path.chair, desk("report", report.ref), "desk-report")
    look(path.chair, desk("step", "reports", report.ref, "suspend_provisionally"), "desk-suspend")
    reason = {"reason": "继续给药可能危及生命。", "password": PASSWORD}
    report = step(path, report, "suspend_provisionally", path.chair, **reason)
    assert state_of(path) == "suspended"
    path.review = report.proceeding
    look(path.lead, report.get_absolute_url(), "sae-suspended")
    look(path.lead, path.project.get_absolute_url(), "project-suspended")
    look(path.lead, portal("step", "reports", report.ref, "report_informed"), "informed")
    path.do("accept", path.secretary, procedure="general", procedure_ground="由会议审查")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    look(path.members[3], desk("review", path.review.ref), "desk-review")
    issue_pending(path.at)
    letter = Letter.objects.get(number=Decision.objects.get(review__kind="initial").number)
    look(None, reverse("public:verify", args=[letter.code]), "verify-suspended")

    # As the people would: the members vote, the chair concludes, and the lead reads that it stands still.
    path.open_meeting()
    path.vote(*["suspended"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, reasons="风险与受益不再合理。")
    issue_pending(path.at)
    look(path.chair, desk("review", path.review.ref), "desk-review-concluded")
    look(path.lead, path.review.get_absolute_url(), "review-concluded")
    look.sit_down(path.lead)
    page.goto(live_server.url + path.project.get_absolute_url())
    page.get_by_role("button", name="恢复实施申请").click()
    expect(page.get_by_label("为何可以恢复")).to_be_visible()
    assert Report.objects.filter(kind="resumption", state="draft").count() == 1
