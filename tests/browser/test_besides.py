"""Partner countries, appeals and exemptions in a real browser: nothing for axe to find, nothing wider than a phone."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from ethicsreview.policy.catalogues import countries
from reviews.models import ForeignApproval
from reviews.models.exemptions.exempting import start_exemption
from tests.pages import Looking, desk, portal
from tests.reviews.appeals import asked, decide, prepared
from tests.reviews.builders import Case
from tests.reviews.foreign import abroad, confirm, enter, none_prescribed, of
from tests.reviews.rules.answers import RECORDS

pytestmark = pytest.mark.django_db(transaction=True)


def test_partner_countries(look: Looking, page: Page, live_server: LiveServer) -> None:
    path = abroad([*list(countries())[:59], "US"], region="510100").submitted()
    enter(path, "US", days=40)
    none_prescribed(path, "AD", "AE", "AF")
    project, listed = path.project.get_absolute_url(), portal("foreign_approvals", path.project.ref)
    look(path.lead, project, "project")
    look(path.lead, listed, "countries")
    look(path.lead, of(path, "AG").get_absolute_url(), "country")
    look(path.lead, f"{of(path, 'AG').get_absolute_url()}steps/enter_not_prescribed/?also=AI", "none-prescribed")
    look(path.secretary, desk("queue"), "queue")
    look(path.secretary, desk("foreign_approvals", path.review.ref), "countries-desk")
    look(path.secretary, desk("step", "foreign-approvals", of(path, "AD").ref, "confirm"), "confirm-desk")
    confirm(path, "US")
    look(path.lead, of(path, "US").get_absolute_url(), "country-confirmed")

    look.sit_down(path.lead)
    page.goto(f"{live_server.url}{of(path, 'AG').get_absolute_url()}steps/enter_not_prescribed/")
    page.get_by_label("查找").fill("阿")
    shown = page.locator(".many .form-check:visible").count()
    page.get_by_role("button", name="全选所列").click()
    page.get_by_label("未规定的理由和依据").fill("经查询没有此类规定")
    page.get_by_role("button", name="声明该国未规定").click()

    expect(page.locator(".state").first).to_have_text("待确认")
    assert 0 < shown < 20
    assert ForeignApproval.objects.filter(reason="经查询没有此类规定").count() == shown + 1


def test_appeal_and_exemption(look: Looking) -> None:
    path = asked("modification_required")
    review = path.review.get_absolute_url()
    look(path.lead, review, "review-appealable")
    appeal = prepared(path)
    look(path.lead, appeal.get_absolute_url(), "appeal")
    look(path.chair, desk("appeal", appeal.ref), "appeal-desk")
    look(path.chair, desk("step", "appeals", appeal.ref, "uphold"), "uphold-desk")
    decide(path, appeal, "uphold")
    look(path.lead, appeal.get_absolute_url(), "appeal-upheld")
    look(path.lead, review, "review-set-aside")

    spared = Case(path.committee, path.lead, path.at, RECORDS).assessed()
    look(path.lead, spared.project.get_absolute_url(), "project-exemptible")
    exemption = start_exemption(spared.project, by=path.lead, at=path.at)
    look(path.lead, exemption.get_absolute_url(), "exemption")
    look(path.secretary, desk("exemption", exemption.ref), "exemption-desk")
    look(path.secretary, desk("step", "exemptions", exemption.ref, "confirm"), "exemption-confirm")
    look(path.secretary, "/desk/registers/reviews/exemption/", "exemption-register")
