"""What several units do together, in a real browser: nothing for axe to find, nothing wider than a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviews.models import Entrustment, Participation, Recognition
from reviews.models.entrustments.entrusting import register_without_unit
from reviews.models.reviewing.lettering import issue_pending
from tests.browser.hands import Hands
from tests.committees.builders import keeper_of, person
from tests.pages import Looking, desk
from tests.reviews.builders import PASSWORD, with_password
from tests.reviews.entrusting import Agreement, agreement, centre
from tests.reviews.recognising import asked
from tests.reviews.together import decided, joint, together, unit

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_collaboration_is_looked_at_from_every_side(look: Looking) -> None:
    made = together("370200", "370300", "370400")
    first, second, third = made.units
    made.confirm(first, days=5)
    made.at_meeting(second, *["rejected"] * 7, reasons="本地没有抢救条件，不能承担该项干预。")
    made.lead.at = max(first.own.at, second.own.at)
    made.do("tell_change", change="changed", reason="入组标准放宽，样本量由六十例改为一百例。")
    issue_pending(made.lead.at)
    whole, part = made.collaboration.get_absolute_url(), third.participation.get_absolute_url()

    look(made.lead.lead, whole, "collaboration")
    look(made.lead.lead, f"{whole}steps/invite/", "collaboration-invite")
    look(made.lead.lead, f"{whole}steps/tell_change/", "collaboration-tell")
    look(made.lead.lead, made.lead.project.get_absolute_url(), "collaboration-project")
    look(third.local_lead, part, "participation")
    look(third.local_lead, f"{part}steps/begin_confirmation/", "participation-begin")
    look(third.local_lead, "/", "participation-home")
    look(third.local_lead, third.participation.project.get_absolute_url(), "participation-project")
    made.begin(third)
    look(third.local_lead, third.own.review.get_absolute_url(), "confirmation-tasks")
    look(third.local_lead, f"{third.own.review.get_absolute_url()}materials/", "confirmation-materials")
    look(first.own.secretary, desk("collaboration", made.collaboration.ref), "collaboration-desk")
    look(first.own.secretary, desk("review", first.own.review.ref), "confirmation-desk")
    look(first.officer, desk("participation", first.participation.ref), "participation-desk")
    look(first.own.secretary, "/desk/registers/reviews/participation/", "participation-register")


def test_sixty_units_on_one_picture(look: Looking) -> None:
    made = joint("370200")
    made.units += [unit("370300", at=made.lead.at, committee=False) for _number in range(59)]
    made.started().invite().join()
    decided(made).refresh()
    made.confirm(made.units[0], days=3)

    look(made.lead.lead, made.collaboration.get_absolute_url(), "collaboration-60")


def test_by_clicks_from_the_invitation_to_the_application(look: Looking, page: Page, live_server: LiveServer) -> None:
    made = joint("370200", hours_ago=5)
    decided(made)
    [one] = made.units
    look.sit_down(made.lead.lead)
    page.goto(live_server.url + made.lead.project.get_absolute_url())
    page.get_by_role("button", name="组织协作审查").click()
    page.locator("main a.btn", has_text="邀请参与单位").click()
    page.get_by_label("参与单位").fill(one.institution.name)
    page.get_by_role("button", name="邀请参与单位").click()
    expect(page.locator("main")).to_contain_text("待答复邀请")

    part = Participation.objects.get()
    look.sit_down(one.officer)
    page.goto(f"{live_server.url}/desk/?side=institution")
    page.get_by_role("link", name=made.lead.project.title).click()
    page.locator("main a.btn", has_text="加入协作").click()
    page.get_by_label("本单位负责人的用户名").fill(one.local_lead.username)
    page.get_by_role("button", name="加入协作").click()
    expect(page.locator("main")).to_contain_text("已加入")

    look.sit_down(one.local_lead)
    page.goto(live_server.url + part.get_absolute_url())
    page.locator("main a.btn", has_text="申请确认审查").click()
    page.get_by_role("button", name="申请确认审查").click()
    page.get_by_role("link", name="打开确认审查").click()
    expect(page.locator("main")).to_contain_text("参与单位的本地情况")


def test_an_entrustment_from_both_sides(look: Looking) -> None:
    made = agreement(**centre()).proposed(arrangements="每季度报送跟踪材料。")
    path = made.case()
    page = desk("entrustment", made.entrustment.ref)
    look(made.truster, desk("entrustments"), "entrustments-desk")
    look(made.truster, desk("entrustment_new"), "entrustment-new")
    look(made.answers, page, "entrustment-desk")
    look(made.answers, f"{page}steps/accept/", "entrustment-accept")
    look(path.lead, f"/projects/{path.project.ref}/apply/", "no-committee")
    draft = agreement().begun()
    look(draft.truster, desk("step", "entrustments", draft.entrustment.ref, "propose"), "entrustment-propose")
    alone = with_password(person())
    unit_of_one = register_without_unit(alone, region="370100", at=made.at)
    mine = Agreement(unit_of_one, alone, made.trustee, made.at).begun()
    look(alone, "/entrustments/", "entrustments-alone")
    look(alone, mine.entrustment.get_absolute_url(), "entrustment-alone")
    look(with_password(person()), "/without-unit/", "without-unit")


def test_recognition_from_the_request_to_the_decision(look: Looking) -> None:
    made = asked(hours_ago=6).allied(term_months=9, charter="成员之间认可有效的审查批准；各成员自行跟踪审查。")
    look(made.here.lead, made.here.review.get_absolute_url(), "recognition-review")
    made.begun(paper=True)
    look(made.here.lead, made.recognition.get_absolute_url(), "recognition-draft")
    look(made.here.lead, f"{made.recognition.get_absolute_url()}steps/request/", "recognition-request")
    made.requested().confirm("secretary", remark="本地随访另行安排。")
    page = desk("recognition", made.recognition.ref)
    look(made.here.chair, page, "recognition-desk")
    look(made.here.chair, f"{page}steps/confirm/", "recognition-confirm")
    look(made.here.chair, desk("alliances"), "alliances")
    look(made.here.chair, desk("alliance", made.alliance.ref), "alliance")
    look(with_password(keeper_of(made.there.committee)), desk("alliance_new"), "alliance-new")
    made.confirm("chair")
    issue_pending(made.at)
    look(made.here.lead, made.here.review.get_absolute_url(), "recognition-decided")
    look(made.here.secretary, desk("review", made.here.review.ref), "recognition-review-desk")


@pytest.mark.article("national", 13)
def test_an_entrustment_is_written_proposed_and_accepted(look: Looking) -> None:
    made = agreement(hours_ago=3)
    truster = Hands.of(look, made.truster).go(desk("entrustment_new"))
    truster.fill({"institution": made.unit.ref, "trustee": made.trustee.name})
    truster.page.locator("main form button[type=submit]").last.click()
    truster.page.wait_for_load_state()
    truster.hand_in("委托书：双方约定如下。")
    today = timezone.localdate()
    terms = {"case": "no_committee", "scope": "general", "regimes": ["general"], "starts": today.isoformat()}
    ends = (today + timedelta(days=300)).isoformat()
    truster.take("提出委托", {**terms, "ends": ends, "password": PASSWORD})
    one = Entrustment.objects.get()

    trustee = Hands.of(look, made.answers).go(desk("entrustment", one.ref))
    trustee.take("接受委托", {"checked": True, "password": PASSWORD})

    one.refresh_from_db()
    assert (one.state, one.trustee) == ("in_force", made.trustee)


@pytest.mark.article("shandong", 10)
def test_a_result_is_asked_for_and_recognised_by_two(look: Looking) -> None:
    made = asked(hours_ago=6).allied()
    review = made.here.review
    lead = Hands.of(look, made.here.lead).go(review.get_absolute_url())
    lead.press("请求认可其他委员会的结果")
    terms = {"code": made.code, "alliance": made.alliance.ref if made.alliance else "", "note": "同一方案的本地部分"}
    lead.take("请求认可", terms)
    one = Recognition.objects.get()

    for signer in (made.here.secretary, made.here.chair):
        hands = Hands.of(look, signer).go(desk("recognition", one.ref))
        hands.take("认可该结果", {"checked": True, "password": PASSWORD})

    Hands.of(look, made.here.lead).go(review.get_absolute_url()).sees("批准")
    review.refresh_from_db()
    assert (review.state, review.decision.basis) == ("approved", "recognition")
