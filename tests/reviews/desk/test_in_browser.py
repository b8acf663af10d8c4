"""The desk in a real browser: nothing for axe to find, nothing wider than a phone, drafts kept and counts alive."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines import sweep
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from reviews.models import Opinion
from reviews.models.absences.announcing import announce
from reviews.models.reviewing.lettering import issue_pending
from reviews.models.submissions.comparing import compare_pending
from tests.committees.builders import authority, holder, keeper_of
from tests.pages import PHONE, Looking, axe, overflows, sign_in
from tests.reviews.builders import PASSWORD, Case, ballot, case, signing
from tests.reviews.desk.conftest import address

pytestmark = pytest.mark.django_db(transaction=True)
CHINESE: Any = {"name": "django_language", "value": "zh-hans"}


def test_pages_before_a_meeting(look: Looking) -> None:
    path = case().submitted()
    review = path.review.ref
    look(path.secretary, address("step", "reviews", review, "accept"), "accept")
    look(path.secretary, address("step", "reviews", review, "request_supplement"), "supplement")
    path.do("request_supplement", path.secretary, item__purpose="请补充目的")
    request = path.review.open_requests().get()
    path.do("resubmit", path.lead, **{f"answer__{request.number}": "已补充"}, **signing(path.lead))
    compare_pending()
    path.do("accept", path.secretary, procedure="general", procedure_ground="风险高于最低风险", listed="no")
    meeting = path.planned()
    declared = {"none_to_declare": "no", "details": "共同署名", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.members[6], at=path.at, **declared)
    look(path.secretary, address("queue"), "queue")
    look(path.secretary, address("review", review), "review-accepted")
    look(path.secretary, address("review_changes", review), "changes")
    look(path.secretary, address("agenda", meeting.ref), "agenda")
    look(path.secretary, address("step", "reviews", review, "begin"), "begin")
    look(path.secretary, address("meetings"), "meetings")
    look(path.secretary, address("meeting_new", path.committee.ref), "meeting-new")
    look(path.secretary, address("committee", path.committee.ref), "committee")
    look(path.secretary, address("committees"), "committees")
    look(keeper_of(path.committee), address("queue"), "queue-officer")
    look(keeper_of(path.committee), address("committee_new"), "committee-new")
    look(keeper_of(path.committee), address("step", "committees", path.committee.ref, "appoint"), "appoint")
    look(holder(Role.OPERATOR, authority()), address("queue"), "queue-operator")


def test_pages_in_and_after_a_meeting(look: Looking) -> None:
    path = opened_now()
    member, review, meeting = path.members[3], path.review.ref, path.meeting.ref
    look(member, address("queue"), "queue-member")
    look(member, address("review", review), "review-ballot")
    look(path.secretary, address("meeting", meeting), "meeting-open")
    look(path.secretary, address("step", "meetings", meeting, "mark_attendance"), "attendance")
    path.vote()
    look(path.chair, address("review", review), "review-all-in")
    look(path.chair, address("step", "reviews", review, "conclude"), "conclude")
    path.do("conclude", path.chair, password=PASSWORD)
    issue_pending(path.at)
    look(path.chair, address("step", "meetings", meeting, "close"), "close")
    look(member, address("review", review), "review-decided")
    look(member, address("review_record", review), "record")


def test_pages_of_the_simplified_procedure(look: Looking) -> None:
    """From the designation to the report, and a turn to a meeting; what the applicant sees of both."""
    path = case(at=timezone.now() - timedelta(hours=2)).simplified()
    reviewers, review = path.members[-2:], path.review.ref
    declared = {"none_to_declare": "no", "details": "共同署名", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.members[4], at=path.at, **declared)
    look(path.chair, address("step", "reviews", review, "begin"), "simplified-begin")
    path.designate(*reviewers)
    path.cast(reviewers[0])
    look(reviewers[1], address("queue"), "simplified-queue")
    look(reviewers[1], address("review", review), "simplified-opinion")
    look(path.chair, address("review", review), "simplified-chair")
    look(path.chair, address("step", "reviews", review, "replace_reviewer"), "simplified-replace")
    look(path.lead, path.review.get_absolute_url(), "simplified-portal")
    turned = Case(path.committee, path.lead, path.at).designated(*reviewers)
    turned.do("request_meeting", path.members[2], ground="涉及弱势群体，宜由会议讨论")
    path.cast(reviewers[1])
    path.do("conclude", path.chair, password=PASSWORD)
    issue_pending(path.at)
    meeting = path.planned()
    look(path.secretary, address("review", turned.review.ref), "simplified-turned")
    look(path.lead, turned.review.get_absolute_url(), "simplified-turned-portal")
    look(path.secretary, address("agenda", meeting.ref), "simplified-agenda")
    look(path.secretary, address("meeting", meeting.ref), "simplified-reports")
    look(path.secretary, address("meetings"), "simplified-meetings")
    look(path.secretary, address("review", review), "simplified-decided")
    look(path.lead, path.review.get_absolute_url(), "simplified-decided-portal")


def test_registers(look: Looking) -> None:
    path = case().in_review()
    operator = holder(Role.OPERATOR, authority())
    registers = "/desk/registers/"
    pages = ("reviews/review/", "reviews/opinion/", "trail/entry/", "accounts/person/", "accounts/person/add/")
    for page in ("", *pages, f"accounts/person/{path.lead.pk}/change/", f"accounts/person/{path.lead.pk}/password/"):
        look(operator, registers + page, "register-" + page.strip("/").replace("/", "-"))


def test_draft_is_kept_while_typing_and_a_second_window_is_told(page: Page, live_server: LiveServer) -> None:
    path = opened_now()
    member = path.members[3]
    sign_in(page, member, live_server.url)
    here = live_server.url + address("review", path.review.ref)
    page.context.add_cookies([CHINESE | {"url": live_server.url}])
    other = page.context.new_page()
    page.goto(here)
    other.goto(here)

    page.get_by_label("总体意见").fill("同意，建议补充说明")
    expect(page.locator("#draft-words")).to_contain_text("草稿已保存")
    other.get_by_label("总体意见").fill("另一窗口的话")
    expect(other.locator("#draft-words")).to_contain_text("在另一窗口中修改过")

    page.reload()
    expect(page.get_by_label("总体意见")).to_have_value("同意，建议补充说明")
    assert page.locator("input[name=verdict]:checked").count() == 0
    assert Opinion.objects.get(person=member).draft_answers == {"comment": "同意，建议补充说明"}


def test_member_votes_from_the_keyboard_and_the_secretary_sees_the_count_move(
    page: Page, live_server: LiveServer, settings: LazySettings
) -> None:
    path = opened_now()
    member = path.members[3]
    sign_in(page, path.secretary, live_server.url)
    page.context.add_cookies([CHINESE | {"url": live_server.url}])
    page.goto(live_server.url + address("meeting", path.meeting.ref))
    expect(page.get_by_text("已表决 0/7")).to_be_visible()

    context = page.context.browser.new_context()  # type: ignore[union-attr]
    voting = context.new_page()
    sign_in(voting, member, live_server.url)
    context.add_cookies([CHINESE | {"url": live_server.url}])
    voting.on("dialog", lambda dialog: dialog.accept())
    voting.goto(live_server.url + address("review", path.review.ref))
    for name, value in ballot(path.review, "approved").items():
        if name.startswith("criterion__"):
            voting.locator(f"input[name={name}][value={value}]").press("Space")
    voting.locator("input[name=verdict][value=approved]").press("Space")
    voting.get_by_label("登录密码").fill(PASSWORD)
    voting.get_by_label("登录密码").press("Enter")

    expect(voting.get_by_text("“表决并封存”已办理")).to_be_visible()
    expect(page.get_by_text("已表决 1/7")).to_be_visible(timeout=10_000)
    context.close()


def opened_now() -> Case:
    """A meeting in session at this very moment, as the pages' own clock sees it."""
    path = case(at=timezone.now() - timedelta(hours=2))
    path.opened()
    return path


def test_the_page_of_absences(look: Looking) -> None:
    path = case()
    member, today = path.members[4], law_day(path.at)
    announce(path.committee, by=member, starts_on=today, ends_on=today + timedelta(days=9), at=path.at)

    look(member, address("absences", path.committee.ref), "absences")


def test_month_and_clock_room_on_every_screen_and_by_keyboard(
    look: Looking, page: Page, live_server: LiveServer
) -> None:
    path = case(at=timezone.now() - timedelta(days=40)).accepted()
    asked = Case(path.committee, path.lead, timezone.now()).submitted()
    asked.do("request_supplement", asked.secretary, item__purpose="目的不清楚")
    sweep.sweep(timezone.now())
    operator = holder(Role.OPERATOR, authority())
    due = Deadline.objects.get(kind="review.supplement").last_day
    month = f"{reverse('portal:month')}?month={due:%Y-%m}"

    look(path.secretary, address("month") + "?side=committee", "month")
    look(path.secretary, address("clocks"), "clocks")
    look(operator, address("clocks") + "?show=open", "clocks-operator")
    look(path.lead, month, "month-portal")
    look(path.lead, reverse("diary:address"), "feed-address")

    page.set_viewport_size(PHONE)
    page.goto(live_server.url + month)
    day = page.locator(f'a[href="#d{due.isoformat()}"]')
    day.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#d{due.isoformat()}")).to_be_focused()
    expect(page.locator(f"#d{due.isoformat()}")).to_contain_text(asked.review.ref)
    page.goto(live_server.url + reverse("diary:address"))
    page.get_by_role("button").filter(has_text=re.compile("生成订阅地址|Make an address")).click()
    expect(page.locator("code")).to_contain_text("/calendar/")
    assert axe(page) == []
    assert overflows(page) == []
