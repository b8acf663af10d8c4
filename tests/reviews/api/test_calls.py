"""Who may call, and what is answered to a call that HTTP itself has a word for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from ethicsreview.accounts.models import ApiToken, Role
from tests.committees.builders import holder, institution, person
from tests.reviews.api.client import ROOT, Caller, problem

pytestmark = pytest.mark.django_db


def test_without_a_token() -> None:
    answer = Caller(None).get("/me")

    problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_with_a_token_that_was_revoked() -> None:
    caller = Caller(person())
    ApiToken.objects.all().revoke(timezone.now())

    problem(caller.get("/me"), 401)


def test_with_the_token_of_somebody_inactive() -> None:
    caller = Caller(person(is_active=False))

    problem(caller.get("/me"), 401)


def test_a_browser_session_is_no_way_in() -> None:
    browser = Client()
    browser.force_login(person(), backend="django.contrib.auth.backends.ModelBackend")

    problem(browser.get(f"{ROOT}/me"), 401)


def test_me_says_who_and_what() -> None:
    unit = institution("510100")
    officer = holder(Role.INSTITUTION_OFFICER, unit)

    me = Caller(officer).get("/me").json()

    assert me["person"] == {"username": officer.username, "name": officer.name}
    assert [(held["role"], held["body"]["ref"]) for held in me["roles"]] == [("institution_officer", unit.ref)]


def test_an_address_that_does_not_exist() -> None:
    caller = Caller(person())

    problem(caller.get("/no-such-thing"), 404)
    problem(caller.post("/no-such-thing"), 404)


def test_a_method_that_does_not_exist() -> None:
    answer = Caller(person()).put("/projects", {})

    problem(answer, 405)
    assert answer["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", "{}", 415),
        ("application/json", "{", 400),
        ("application/json", '{"title": NaN}', 400),
        ("application/json", '{"title": "a\\u0000b"}', 422),
        ("application/json", '{"title": "\\ud800"}', 422),
        ("application/json", '{"answers": ' + "[" * 100 + "]" * 100 + "}", 422),
        ("application/json", "[" * 100_000, 400),
        ("application/json", '{"title": "' + "长" * 1_000_000 + '"}', 413),
    ],
    ids=["text", "cut", "nan", "nul", "surrogate", "deep", "deeper", "huge"],
)
def test_a_body_that_cannot_be_taken(content_type: str, body: str, status: int) -> None:
    caller = Caller(person())

    answer = caller.http.post(f"{ROOT}/projects", body, content_type=content_type, headers=caller.headers)

    problem(answer, status)


def test_a_reference_that_cannot_be_one() -> None:
    caller = Caller(person())

    problem(caller.get("/projects/%00"), 404)
    problem(caller.get("/projects/" + "9" * 500), 404)


def test_words_are_chinese_unless_english_is_asked_for() -> None:
    caller = Caller(person())

    chinese = caller.get("/projects/P2026-000001")
    english = caller.http.get(f"{ROOT}/projects/x", headers=caller.headers | {"Accept-Language": "en"})

    assert chinese.json()["title"] == "没有找到"
    assert english["Content-Language"] == "en"


def test_the_database_is_away() -> None:
    caller = Caller(person())

    def gone(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(gone):
        answer = caller.get("/projects")

    problem(answer, 503)
    assert answer["Retry-After"] == "5"
