"""The admin's own pages in our frame: nothing for axe to find, nothing against the policy, nothing too wide."""

import re

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from ethicsreview.accounts.models import Person
from tests.factories import AppointmentFactory, InstitutionFactory, PersonFactory
from tests.pages import Looking, axe, sign_in


@pytest.fixture
def person(settings: LazySettings, live_server: LiveServer, page: Page) -> Person:
    settings.ROOT_URLCONF = "tests.ethicsreview.ui.desk_urls"
    person: Person = PersonFactory(is_superuser=True, username="operator")
    for institution in InstitutionFactory.create_batch(3):
        AppointmentFactory(body=institution.body_ptr)
    sign_in(page, person, live_server.url)
    return person


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
def test_admin_page_is_clean(look: Looking, person: Person, path: str) -> None:
    institution = person.__class__.objects.exclude(pk=person.pk).earliest("pk").appointments.get().body_id

    look(
        person, f"/desk/{path.format(person=person.pk, institution=institution)}", re.sub(r"\W+", "-", f"admin-{path}")
    )


def test_admin_form_with_errors_is_clean(page: Page, person: Person, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/desk/accounts/person/add/")
    page.click("input[name=_save]")

    page.wait_for_selector(".errornote")
    assert axe(page) == []
