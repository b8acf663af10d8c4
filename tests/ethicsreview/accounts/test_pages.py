"""The pages of signing in, in a real browser, as wide as a desk's screen and as a phone's."""

import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from ethicsreview.accounts.models import Person
from tests.factories import PASSWORD, PersonFactory
from tests.pages import DESKTOP, PHONE, axe, overflows, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_fresh_limits")]


@pytest.fixture
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(transactional_db: None) -> Person:
    return PersonFactory.create(username="zhang", name="张䶮")


def submit(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"main [name={name}]", value)
    page.click("main button[type=submit]")


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("address", ["login/", "password/reset/", "signup/", "inactive/"])
def test_page_before_signing_in(page: Page, live_server: LiveServer, screen: dict[str, int], address: str) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]

    page.goto(f"{live_server.url}/accounts/{address}")

    assert axe(page) == []
    assert overflows(page) == []


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("address", ["password/change/", "2fa/", "reauthenticate/", "logout/"])
def test_page_of_ones_own_account(
    page: Page, live_server: LiveServer, person: Person, screen: dict[str, int], address: str
) -> None:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    sign_in(page, person, live_server.url)

    page.goto(f"{live_server.url}/accounts/{address}")

    assert page.url == f"{live_server.url}/accounts/{address}"
    assert axe(page) == []
    assert overflows(page) == []


def test_wrong_password_until_shut_out(page: Page, live_server: LiveServer, person: Person) -> None:
    page.goto(f"{live_server.url}/accounts/login/")

    submit(page, login="zhang", password="wrong")
    told = axe(page)
    for _time in range(4):
        submit(page, login="zhang", password="wrong")

    assert told == []
    assert re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", page.inner_text("main"))
    assert page.locator("main form").count() == 0
    assert axe(page) == []


def test_second_factor_is_set_up_on_a_phone(page: Page, live_server: LiveServer, person: Person) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    sign_in(page, person, live_server.url)
    page.goto(f"{live_server.url}/accounts/2fa/totp/activate/")

    submit(page, password=PASSWORD)

    assert page.locator("main img").evaluate("image => image.naturalWidth > 0")
    assert axe(page) == []
    assert overflows(page) == []
