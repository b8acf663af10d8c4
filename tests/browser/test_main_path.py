"""The main job by hand: a draft, the secretary, a meeting of members, the chair, the letter, its QR page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from ethicsreview.accounts.models import Person
from ethicsreview.documents.models import Letter
from reviews.models import Meeting, Opinion, Review
from reviews.models.reviewing.lettering import issue_pending
from tests.browser.hands import Hands, ref_in
from tests.pages import DESKTOP, sign_in
from tests.reviews.builders import PASSWORD, Case, case
from tests.reviews.rules.answers import SURVEY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


LAST = "main form:last-of-type"


@pytest.fixture
def sit_down(browser: Browser, live_server: LiveServer) -> Callable[[Person | None, str], Hands]:
    """Each person at a browser of their own."""

    def sit(person: Person | None, name: str, language: str = "zh-hans") -> Hands:
        page: Page = browser.new_context(viewport=DESKTOP).new_page()
        page.on("console", lambda m: pytest.fail(m.text) if "Content Security Policy" in m.text else None)
        if person is not None:
            sign_in(page, person, live_server.url)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        return Hands(page, live_server.url, name)

    return sit


def test_from_a_draft_to_a_letter_that_anybody_can_verify(sit_down: Callable[..., Hands]) -> None:
    path = case()
    submitted(sit_down(path.lead, "1-lead"), path)
    accepted(sit_down(path.secretary, "2-secretary"), path)
    for number, member in enumerate(path.members, start=1):
        voted(sit_down(member, f"3-member{number}"), path, member, look=number == 2)
    concluded(sit_down(path.chair, "4-chair"), path)

    issue_pending(timezone.now())
    lead = sit_down(path.lead, "5-lead").go(path.review.get_absolute_url())
    lead.sees("下载批件或意见（PDF）")
    lead.look()
    with lead.page.expect_download() as download:
        lead.press("下载批件或意见（PDF）")
    letter = Letter.objects.get()
    assert download.value.path().read_bytes()[:5] == b"%PDF-"
    anybody = sit_down(None, "6-anybody").go(reverse("public:verify", args=[letter.code]))
    anybody.sees("今日有效")
    anybody.look()


def submitted(lead: Hands, path: Case) -> None:
    lead.go("/").look()
    lead.press("新建项目")
    lead.fill({"title": "社区老年人防跌倒训练的随机对照研究"})
    lead.look()
    lead.press("保存")
    project = lead.page.url
    lead.look()
    lead.press("开始风险评估")
    lead.look()
    lead.press("活动范围")
    for _group in range(12):
        if lead.page.locator("main form").filter(has=lead.page.get_by_role("button", name="保存并继续")).count() == 0:
            break
        answer_shown(lead)
        lead.press("保存并继续")
    lead.look()
    lead.press("完成评估")
    if "/steps/" in lead.page.url:
        lead.press("完成评估")
    lead.look()
    lead.go(project)
    lead.press("申请审查")
    if "/apply/" in lead.page.url:
        lead.fill()
        lead.look()
        lead.page.locator("main form button[type=submit]").last.click()
    lead.look()
    review = Review.objects.get()
    assert ref_in(lead.page.url) == review.ref
    for section in review.draft_submission.form.sections:
        address = reverse("portal:section", args=[review.ref, section.key])
        lead.page.goto(f"{lead.address}{address}")
        if not lead.page.locator("#draft").count():
            continue  # what the assessment leaves out is not asked
        names: set[str] = set()
        while (shown := lead.names()) != names:
            names = shown
            lead.fill({"participant_number": "120"} if section.key == "participants" else {})
            first = lead.page.locator(".people-row").first.locator(".people-cell input")
            for n in range(first.count()):
                first.nth(n).fill("2026-01-10" if first.nth(n).get_attribute("type") == "date" else "王一")
            lead.settle()
        if section.key == "overview":
            lead.look()
        # The next address would else be asked for while this one is still being sent.
        with lead.page.expect_navigation():
            lead.press("保存并继续")
    lead.go(reverse("portal:materials", args=[review.ref])).look()
    while (wanted := lead.page.locator(".paper", has_text="必须提交")).count():
        paper = wanted.first
        paper.locator("input[type=file]").last.set_input_files(
            {"name": "材料.txt", "mimeType": "text/plain", "buffer": "方案全文。".encode()}
        )
        paper.locator("form button[type=submit]").last.click()
        lead.page.wait_for_load_state()
    lead.go(reverse("portal:check", args=[review.ref])).look()
    lead.go(reverse("portal:step", args=["reviews", review.ref, "submit"]))
    lead.fill({"agree": True, "signature": path.lead.name})
    lead.look()
    lead.press("提交")
    lead.sees("委员会秘书")
    lead.look()
    path.review = Review.objects.get()
    assert path.review.state == "submitted"


def answer_shown(lead: Hands) -> None:
    """What is on the page now is answered; what that brings up is answered on the next look."""
    for _look in range(4):
        names = lead.names(LAST)
        lead.fill({name: value for name, value in SURVEY.items() if name in names}, within=LAST)
        lead.settle()
        if lead.names(LAST) == names:
            return


def accepted(secretary: Hands, path: Case) -> None:
    secretary.go("/desk/").look()
    secretary.go(reverse("desk:review", args=[path.review.ref])).look()
    secretary.press("受理")
    secretary.fill({"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no", "listed_items": []})
    secretary.look()
    secretary.press("受理")
    secretary.go(reverse("desk:meeting_new", args=[path.committee.ref]))
    starts = timezone.localtime() + timedelta(minutes=30)
    secretary.fill({"title": "第一次审查会议", "starts_at": f"{starts:%Y-%m-%dT%H:%M}", "place": "行政楼三层会议室"})
    secretary.look()
    secretary.page.locator("main form button[type=submit]").last.click()
    secretary.page.wait_for_load_state()
    path.meeting = Meeting.objects.get()
    secretary.go(reverse("desk:step", args=["reviews", path.review.ref, "begin"]))
    secretary.fill({"meeting": path.meeting.ref})
    secretary.look()
    secretary.press("开始审查")
    secretary.go(reverse("desk:meeting", args=[path.meeting.ref])).look()
    secretary.go(reverse("desk:step", args=["meetings", path.meeting.ref, "mark_attendance"]))
    seats = path.committee.voting_members_at(timezone.localdate())
    secretary.fill({f"presence__{seat.pk}": "present" for seat in seats})
    secretary.look()
    secretary.press("登记到会")
    secretary.go(reverse("desk:step", args=["meetings", path.meeting.ref, "open"]))
    secretary.press("开会")
    path.meeting = Meeting.objects.get()
    assert path.meeting.state == "open"
    secretary.go(reverse("desk:meeting", args=[path.meeting.ref])).look()


def voted(member: Hands, path: Case, person: Person, *, look: bool) -> None:
    opinion = Opinion.objects.get(person=person)
    member.go("/desk/")
    if look:
        member.look()
        member.go(reverse("desk:review", args=[path.review.ref])).look()
    member.go(reverse("desk:step", args=["opinions", opinion.ref, "cast"]))
    criteria = {
        name: "meets" for name in member.names() if name.startswith("criterion__") and not name.endswith("__note")
    }
    member.fill({**criteria, "verdict": "approved", "comment": "同意", "password": PASSWORD})
    if look:
        member.look()
    member.press("表决并封存")
    opinion = Opinion.objects.get(person=person)
    assert opinion.state == "cast"


def concluded(chair: Hands, path: Case) -> None:
    chair.go(reverse("desk:meeting", args=[path.meeting.ref])).look()
    chair.go(reverse("desk:step", args=["reviews", path.review.ref, "conclude"]))
    chair.fill(
        {"requirements": "", "reasons": "风险可控，受益大于风险", "follow_up_months": "12", "password": PASSWORD}
    )
    chair.look()
    chair.press("形成审查意见")
    path.review = Review.objects.get()
    assert path.review.state == "approved"
    chair.go(reverse("desk:step", args=["meetings", path.meeting.ref, "close"]))
    chair.fill({"minutes": "会议审议一项，表决通过。", "password": PASSWORD})
    chair.look()
    chair.press("签署会议记录并闭会")
    assert Meeting.objects.get().state == "closed"
