import json

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from ethicsreview.accounts.models import Person
from tests.factories import PersonFactory

pytestmark = pytest.mark.urls("tests.ethicsreview.ui.urls")

FAILURES = [
    ("denied", 403, "您没有权限"),
    ("missing", 404, "没有这个页面"),
    ("too_long", 413, "内容过长"),
    ("suspicious", 400, "请求有误"),
    ("broken", 500, "系统出错"),
]


@pytest.mark.parametrize(("way", "status", "words"), FAILURES)
def test_an_error_page_says_what_happened_and_by_which_id(client: Client, way: str, status: int, words: str) -> None:
    client.raise_request_exception = False

    response = client.get(f"/fail/{way}/")

    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{words}</h1>" in page
    assert response.headers["X-Request-ID"] in page
    assert "a secret in a message" not in page


@pytest.mark.parametrize(("way", "status", "words"), FAILURES)
def test_a_machine_gets_a_problem_detail(client: Client, way: str, status: int, words: str) -> None:
    client.raise_request_exception = False

    response = client.get(f"/api/fail/{way}/")

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(response.content) == {
        "type": "about:blank",
        "title": words,
        "status": status,
        "instance": response.headers["X-Request-ID"],
    }


def test_a_refusal_of_permission_gives_its_reason(client: Client) -> None:
    assert "只有秘书可以受理。" in client.get("/fail/denied/").content.decode()


def test_a_form_without_its_token_is_refused_in_plain_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/i18n/setlang/", {"language": "en"})

    assert response.status_code == 403
    assert "<h1>表单已过期</h1>" in response.content.decode()


@pytest.mark.parametrize("path", ["/accounts/login/", "/fail/missing/", "/healthz", "/fail/broken/"])
@pytest.mark.django_db
def test_every_answer_carries_the_same_policy(client: Client, path: str) -> None:
    client.raise_request_exception = False

    response = client.get(path)

    policy = response.headers["Content-Security-Policy"].split("; ")
    assert sorted(policy) == ["default-src 'self'", "img-src 'self' data:"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_the_page_speaks_the_language_that_was_chosen(client: Client) -> None:
    assert '<html lang="zh-hans">' in client.get("/accounts/login/").content.decode()

    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/?next=/inbox/"})

    assert answer.headers["Location"] == "/accounts/login/?next=/inbox/"
    assert '<html lang="en">' in client.get("/accounts/login/").content.decode()


@pytest.mark.django_db
def test_the_choice_is_kept_for_the_notices_of_who_is_signed_in(client: Client) -> None:
    person: Person = PersonFactory(language="zh-hans")
    client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])

    client.post("/i18n/setlang/", {"language": "en"})
    person.refresh_from_db()
    assert person.language == "en"

    client.post("/i18n/setlang/", {"language": "tlh"})
    person.refresh_from_db()
    assert person.language == "en"


@pytest.mark.django_db
def test_the_language_leads_to_no_other_host(client: Client) -> None:
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "https://elsewhere.example.org/"})

    assert answer.headers["Location"] == "/"


def test_health_asks_nothing_of_the_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_with_every_migration_and_not_without(client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}

    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "pending_migrations": 1}
