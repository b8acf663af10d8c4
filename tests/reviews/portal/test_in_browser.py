"""The pages in a real browser: axe, a phone's width, and what htmx adds."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from ethicsreview.documents.tasks import extract_pending
from reviews.models import Submission
from reviews.models.applying import start_assessment, start_review
from reviews.models.reviewing.lettering import issue_pending
from reviews.models.submissions.comparing import compare_pending
from tests.pages import Looking, axe, overflows, sign_in
from tests.reviews.builders import Case, signing
from tests.reviews.portal.conftest import browser_of
from tests.reviews.portal.writing import file, token_in

Stage = Callable[[Case], Iterator[str]]


@pytest.fixture
def open_page(page: Page, live_server: LiveServer, path: Case) -> Callable[[str], Page]:
    sign_in(page, path.lead, live_server.url)
    speak(page, live_server, "zh-hans")

    def go(address: str) -> Page:
        page.goto(f"{live_server.url}{address}")
        return page

    return go


def speak(page: Page, live_server: LiveServer, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])


def beginning(path: Case) -> Iterator[str]:
    yield from ("/", "/projects/new/")
    path.assessed()
    again = start_assessment(path.project, by=path.lead, at=path.at).get_absolute_url()
    yield from (again, f"{again}questions/scope/", f"{again}questions/human/", path.assessment.get_absolute_url())
    project = path.project.get_absolute_url()
    yield from (project, f"{project}edit/", f"{project}apply/")


def writing(path: Case) -> Iterator[str]:
    path.drafted()
    review = path.review.get_absolute_url()
    yield from (review, f"{review}check/", f"{review}materials/", f"{review}sections/overview/")
    yield from (f"{review}sections/people/", f"{review}steps/submit/", f"{review}steps/withdraw/")


def lacking(path: Case) -> Iterator[str]:
    path.assessed()
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    review = path.review.get_absolute_url()
    yield from (f"{review}check/", f"{review}sections/people/?check=1")


def asked(path: Case) -> Iterator[str]:
    path.submitted()
    review = path.review.get_absolute_url()
    yield f"{review}submitted/"
    path.do("request_supplement", path.secretary, item__purpose="请补充目的", item__protocol="请换新版方案")
    yield from ("/", review, f"{review}answers/", f"{review}sections/overview/", f"{review}steps/resubmit/")
    revise(path)
    yield f"{review}versions/2/comparison/"
    extract_pending()
    compare_pending()
    yield from (f"{review}versions/2/comparison/", f"{review}versions/2/", review)


def revise(path: Case) -> None:
    """The second version: other words, and another protocol."""
    client, review = browser_of(path.lead), path.review.get_absolute_url()
    draft = path.review.draft_submission
    assert draft is not None
    section = f"{review}sections/overview/"
    kept = {key: draft.content[key] for key in ("significance", "necessity", "starts_on", "ends_on")}
    kept |= {"purpose": "见方案第四章，目的已改写。", "prior_review": "false", "seen": token_in(client.get(section))}
    client.post(section, kept)
    protocol = draft.materials.get(kind="protocol")
    client.post(f"{review}materials/{protocol.pk}/replace/", {"file": file("方案二.txt", "科技活动实施方案，第二版。")})
    path.do("resubmit", path.lead, **signing(path.lead), answer__1="已补充", answer__2="已更换")


def decided(path: Case) -> Iterator[str]:
    path.concluded()
    review = path.review.get_absolute_url()
    yield review
    issue_pending(timezone.now())
    yield from (review, path.project.get_absolute_url(), "/")


@pytest.mark.parametrize("stage", [beginning, writing, lacking, asked, decided])
def test_pages_are_clean(look: Looking, path: Case, stage: Stage) -> None:
    for number, address in enumerate(stage(path)):
        look(path.lead, address, f"{stage.__name__}-{number}")


def test_what_stands_in_the_way_of_a_submission_is_clean(look: Looking, path: Case) -> None:
    path.assessed()
    review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)

    look(path.lead, f"{review.get_absolute_url()}steps/submit/", "refused", status=409)


def test_signed_out_page_is_clean(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)

    assert (axe(page), overflows(page)) == ([], [])


def test_what_is_typed_is_kept_without_a_click(open_page: Callable[[str], Page], path: Case) -> None:
    path.assessed()
    review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    page = open_page(f"{review.get_absolute_url()}sections/overview/")

    page.get_by_label("目的").fill("减轻患者的痛苦")
    page.get_by_label("目的").blur()
    expect(page.locator("#saved")).to_contain_text("已保存")
    page.locator("input[name=prior_review][value=true]").check()
    page.get_by_label("以往审查的委员会、日期、结论和理由").fill("无")
    page.get_by_role("button", name="保存并继续").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("实施方案与风险")
    content = Submission.objects.get().content
    assert content["purpose"] == "减轻患者的痛苦"
    assert content["prior_review_result"] == "无"


def test_what_is_typed_last_is_kept_when_another_form_leaves_the_page(
    open_page: Callable[[str], Page], path: Case
) -> None:
    path.assessed()
    review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    page = open_page(f"{review.get_absolute_url()}sections/overview/")

    page.get_by_label("目的").fill("减轻患者的痛苦")
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("button", name="中文")).to_be_visible()
    assert Submission.objects.get().content["purpose"] == "减轻患者的痛苦"


def test_saving_while_the_page_saves_itself_is_no_conflict(open_page: Callable[[str], Page], path: Case) -> None:
    path.assessed()
    review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    page = open_page(f"{review.get_absolute_url()}sections/overview/")
    held = []

    def on_its_way_back(route: Route) -> None:
        """Saved by the server, not yet known to the page."""
        if "hx-request" in route.request.headers and not held:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/sections/overview/", on_its_way_back)
    page.get_by_label("目的").fill("减轻患者的痛苦")
    page.get_by_label("目的").blur()
    expect(page.locator("#saved")).to_contain_text("正在保存")
    page.get_by_label("目的").fill("减轻患者的痛苦，缩短住院时间")
    page.get_by_role("button", name="保存并继续").click(no_wait_after=True)
    page.wait_for_timeout(200)
    route, answer = held[0]  # it stays there: only the first is held
    route.fulfill(response=answer)

    expect(page.get_by_role("heading", level=1)).to_have_text("实施方案与风险")
    assert Submission.objects.get().content["purpose"] == "减轻患者的痛苦，缩短住院时间"


def test_other_tab_is_told_while_one_types(open_page: Callable[[str], Page], path: Case) -> None:
    path.assessed()
    review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    address = f"{review.get_absolute_url()}sections/overview/"
    page = open_page(address)
    client: Client = browser_of(path.lead)
    client.post(address, {"purpose": "另一个窗口", "seen": token_in(client.get(address))})

    page.get_by_label("目的").fill("这个窗口")
    page.get_by_label("目的").blur()
    expect(page.locator("#conflict")).to_contain_text("另一个窗口")
    assert axe(page) == []
    page.get_by_role("button", name="以我填写的为准，保存").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("实施方案与风险")
    assert Submission.objects.get().content["purpose"] == "这个窗口"


def test_whole_form_works_without_scripts(browser, live_server: LiveServer, path: Case) -> None:  # type: ignore[no-untyped-def]
    path.assessed()
    review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, path.lead, live_server.url)
    speak(page, live_server, "zh-hans")
    page.goto(f"{live_server.url}{review.get_absolute_url()}sections/people/")

    page.locator("#id_team_0_name").fill("王五")
    page.get_by_role("button", name="保存，再加一人").click()

    assert page.locator("#id_team_0_name").input_value() == "王五"
    assert page.locator("#id_team_1_name").input_value() == ""
    context.close()


def test_comparison_appears_by_itself(open_page: Callable[[str], Page], path: Case) -> None:
    path.submitted()
    path.do("request_supplement", path.secretary, item__purpose="请补充目的", item__protocol="请换新版方案")
    revise(path)
    page = open_page(f"{path.review.get_absolute_url()}versions/2/comparison/")
    expect(page.get_by_text("正在生成对照")).to_be_visible()

    extract_pending()
    compare_pending()

    expect(page.locator("#comparison ins").first).to_be_visible(timeout=10_000)
    assert axe(page) == []
