"""The admin's own pages in our frame: nothing for axe to find, nothing against the policy, nothing too wide."""

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from ethicsreview.accounts.models import Person
from tests.factories import AppointmentFactory, InstitutionFactory, PersonFactory
from tests.pages import DESKTOP, PHONE, axe, overflows, sign_in


@pytest.fixture
def person(settings: LazySettings, live_server: LiveServer, page: Page) -> Person:
    settings.ROOT_URLCONF = "tests.ethicsreview.ui.desk_urls"
    person: Person = PersonFactory(is_superuser=True, username="operator")
    for institution in InstitutionFactory.create_batch(3):
        AppointmentFactory(body=institution.body_ptr)
    sign_in(page, person, live_server.url)
    return person


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "accounts/",
        "accounts/person/",
        "accounts/person/?q=person&is_active__exact=1&o=2.-1",
        "accounts/person/?q=nobody",
        "accounts/person/add/",
        "accounts/person/{person}/change/",
        "accounts/person/{person}/history/",
        "accounts/person/{person}/delete/",
        "accounts/institution/",
        "accounts/institution/{institution}/change/",
        "accounts/appointment/",
        "accounts/appointment/add/",
    ],
)
def test_admin_page_is_clean(page: Page, person: Person, live_server: LiveServer, path: str, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    institution = person.__class__.objects.exclude(pk=person.pk).earliest("pk").appointments.get().body_id
    address = f"{live_server.url}/desk/{path.format(person=person.pk, institution=institution)}"

    page.set_viewport_size(DESKTOP)
    response = page.goto(address)
    assert response is not None
    assert response.status == 200
    assert axe(page) == []
    assert overflows(page) == []

    page.set_viewport_size(PHONE)
    assert axe(page) == []
    assert overflows(page) == []


def test_admin_form_with_errors_is_clean(page: Page, person: Person, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/desk/accounts/person/add/")
    page.click("input[name=_save]")

    page.wait_for_selector(".errornote")
    assert axe(page) == []
