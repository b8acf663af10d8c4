"""An amendment from the applicant's pages to the desk in a real browser, and every page of it held to axe and a phone's
width, in both languages.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from ethicsreview.documents.tasks import extract_pending
from reviews.models import Project
from reviews.models.submissions.comparing import compare_pending
from tests.pages import DESKTOP, Looking, desk, sign_in
from tests.reviews.amendments import authorise, change, colleague, team_member
from tests.reviews.builders import PASSWORD, signing

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pages_of_an_amendment(look: Looking) -> None:
    path = change().approved()
    authorise(path, team_member(path), "submit", "answer")
    look(path.lead, path.project.get_absolute_url(), "project")
    path.begin()
    review = path.review.get_absolute_url()
    look(path.lead, review, "draft")
    look(path.lead, f"{review}steps/choose_parts/", "choose")
    new = colleague(path)
    path.do("name_lead", path.lead, new_lead=new.username, former_stays="no")
    path.choose("plan").write()
    look(path.lead, f"{review}sections/overview/", "shut")
    look(path.lead, f"{review}steps/explain_change/", "explain")
    look(path.lead, f"{review}materials/", "materials")
    look(path.lead, f"{review}check/", "check")
    look(new, f"{review}steps/accept_lead/", "accept-lead")
    path.do("accept_lead", new, qualification="主任医师，受过伦理培训", **signing(new))
    path.do("agree_lead", path.officer, password=PASSWORD)
    day = path.at.date().isoformat()
    path.explain(urgent="yes", urgent_on=day, urgent_text="停用可能过敏的药物", informing="下次随访时告知")
    path.do("submit", path.lead, **signing(path.lead))
    look(path.secretary, desk("step", "reviews", path.review.ref, "weigh_change"), "weigh")
    extract_pending()
    compare_pending()
    look(path.lead, reverse("portal:comparison_in_force", args=[path.review.ref, 1]), "comparison")
    look(path.secretary, desk("review", path.review.ref), "desk")
    look(path.secretary, desk("review_changes", path.review.ref), "desk-changes")
    path.weigh().accept().meet()
    look(new, review, "approved")
    look(new, path.project.get_absolute_url(), "project-after")


def test_an_amendment_is_drawn_up_by_hand(page: Page, live_server: LiveServer) -> None:
    path = change().approved()
    sign_in(page, path.lead, live_server.url)
    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": live_server.url}])
    page.set_viewport_size(DESKTOP)
    page.goto(live_server.url + path.project.get_absolute_url())
    page.get_by_role("button", name="申请变更").click()
    page.get_by_role("button", name="申请变更").click()
    expect(page.get_by_role("heading", name="变更的内容")).to_be_visible()

    page.get_by_role("link", name="选择变更的部分").first.click()
    page.get_by_label("实施方案与风险").check()
    page.get_by_label("变更的理由").fill("扩大样本")
    page.get_by_role("group", name="风险评估的回答是否因此改变").get_by_label("否").check()
    page.get_by_role("button", name="选择变更的部分").click()
    page.get_by_role("link", name="实施方案与风险").click()
    page.get_by_label("方案与技术路线").fill("样本量增加至90例")
    page.get_by_role("button", name="保存并继续").click()
    page.goto(live_server.url + path.project.reviews.get(kind="amendment").get_absolute_url())
    page.get_by_role("link", name="说明变更").first.click()
    page.get_by_label("“实施方案与风险”变更了什么").fill("样本量增加")
    page.get_by_label("不改变").check()
    page.get_by_role("group", name="是否已为消除紧急危害先行变更").get_by_label("否").check()
    page.get_by_role("button", name="说明变更").click()
    page.get_by_role("link", name="检查、签署承诺并提交").click()
    page.get_by_role("link", name="签署承诺并提交", exact=True).click()
    page.get_by_label("我已阅读并承诺遵守上述内容").check()
    page.get_by_label("签名").fill(path.lead.name)
    page.get_by_role("button", name="提交").click()

    expect(page.get_by_text("第1版")).to_be_visible()
    amendment = path.project.reviews.get(kind="amendment")
    assert amendment.state == "submitted"
    assert Project.objects.get(pk=path.project.pk).state == "approved"
