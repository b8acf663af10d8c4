"""The frame and every part of a page, in a real browser."""

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.factories import PersonFactory
from tests.pages import DESKTOP, PHONE, axe, overflows, sign_in


@pytest.fixture(autouse=True)
def _test_pages(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "tests.ethicsreview.ui.urls"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["gallery/", "fail/denied/", "fail/missing/", "fail/suspicious/", "fail/broken/"])
def test_page_is_clean(page: Page, live_server: LiveServer, path: str, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    page.goto(f"{live_server.url}/{path}")

    assert axe(page) == []
    assert overflows(page) == []


def test_a_page_with_errors_begins_at_their_summary_which_leads_to_the_control(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/gallery/")
    assert page.evaluate("document.activeElement.matches('[data-error-summary]')")

    page.click(".error-summary a[href='#id_verdict_0']")

    assert page.evaluate("document.activeElement.id") == "id_verdict_0"


def test_a_shut_step_is_reached_by_keyboard_with_its_reasons(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/gallery/")
    page.focus("a[href='/r/steps/b/']")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent.trim()") == "形成审查意见"
    described = page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).innerText"
    )
    assert described.count("到会委员4人，少于5人") == 2


def test_the_chart_is_drawn_under_the_policy(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/gallery/")

    page.wait_for_selector(".chart-drawing svg")


def test_the_menu_of_a_phone_opens_and_the_language_changes(page: Page, live_server: LiveServer) -> None:
    sign_in(page, PersonFactory(), live_server.url)
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/gallery/")
    page.click(".navbar-toggler")
    page.wait_for_selector("#site-menu.show")
    assert axe(page) == []
    page.click(".dropdown-toggle")
    page.wait_for_selector(".dropdown-menu.show")
    assert axe(page) == []

    page.click(".language-switch button")

    page.wait_for_selector("html[lang=en]")


def test_keyboard_begins_with_the_way_past_the_menu(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/fail/missing/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
