"""Signing in as people do, through the pages."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from ethicsreview.accounts.models import Person, Role
from tests.factories import PASSWORD, AppointmentFactory, PersonFactory

LOGIN = "/accounts/login/"
ACTIVATE = "/accounts/2fa/totp/activate/"
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """What allauth counts by address it counts in the cache."""
    cache.clear()


@pytest.fixture
def person() -> Person:
    return PersonFactory.create(username="zhang", email="zhang@example.org")


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": login, "password": password, **more})


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.mark.parametrize("login", ["zhang", "ZHANG", "zhang@example.org", "Zhang@Example.org"])
def test_by_user_name_or_email(client: Client, person: Person, login: str) -> None:
    answer = sign_in(client, login)

    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/")
    assert signed_in(client) == str(person.pk)


def test_page_is_ours_and_in_chinese(client: Client) -> None:
    page = client.get(LOGIN).content.decode()

    assert "<h1>登录</h1>" in page
    assert "账号由本单位管理人员开设" in page
    assert "/accounts/signup/" not in page


@pytest.mark.parametrize("login", ["zhang", "nobody", "nobody@example.org"])
def test_wrong_password_is_answered_the_same_for_every_name(client: Client, person: Person, login: str) -> None:
    answer = sign_in(client, login, "wrong")

    assert answer.status_code == HTTPStatus.OK
    assert answer.context["form"].non_field_errors() == [
        "您提供的电子邮件地址和/或密码不正确。" if "@" in login else "您提供的用户名或密码不正确。"
    ]
    assert signed_in(client) is None


class TestWhereTo:
    def test_desk_for_those_who_work_there(self, client: Client, person: Person) -> None:
        AppointmentFactory.create(person=person, role=Role.INSTITUTION_OFFICER)

        assert sign_in(client, "zhang")["Location"] == "/desk/"

    def test_portal_for_researchers(self, client: Client, person: Person) -> None:
        AppointmentFactory.create(person=person, role=Role.RESEARCHER)

        assert sign_in(client, "zhang")["Location"] == "/"

    def test_next_is_respected(self, client: Client, person: Person) -> None:
        assert sign_in(client, "zhang", next="/inbox/")["Location"] == "/inbox/"

    def test_next_does_not_lead_outside(self, client: Client, person: Person) -> None:
        assert sign_in(client, "zhang", next="https://example.com/")["Location"] == "/"

    def test_page_that_needs_sign_in_comes_back_to_itself(self, client: Client, person: Person) -> None:
        assert client.get("/inbox/")["Location"] == f"{LOGIN}?next=/inbox/"

    def test_language_of_the_person_comes_along(self, client: Client) -> None:
        PersonFactory.create(username="smith", language="en")

        answer = sign_in(client, "smith")

        assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


class TestLockOut:
    def fail(self, client: Client, times: int, login: str = "zhang") -> Any:
        for _time in range(times):
            answer = sign_in(client, login, "wrong")
        return answer

    def test_says_until_when(self, client: Client, person: Person) -> None:
        with time_machine.travel(NOON, tick=False):
            answer = self.fail(client, 5)

        assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert "2026-06-01 12:15（北京时间）之后可以再试" in answer.content.decode()
        assert answer["Retry-After"] == "900"

    def test_four_failures_are_not_enough(self, client: Client, person: Person) -> None:
        self.fail(client, 4)

        assert sign_in(client, "zhang").status_code == HTTPStatus.FOUND

    def test_right_password_does_not_open_it(self, client: Client, person: Person) -> None:
        self.fail(client, 5)

        answer = sign_in(client, "zhang")

        assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert signed_in(client) is None

    def test_ends_when_it_said_though_tried_again_meanwhile(self, client: Client, person: Person) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            self.fail(client, 5)
            clock.shift(timedelta(minutes=14))
            meanwhile = sign_in(client, "zhang")
            clock.shift(timedelta(minutes=1, seconds=1))
            afterwards = sign_in(client, "zhang")

        assert (meanwhile.status_code, meanwhile["Retry-After"]) == (HTTPStatus.TOO_MANY_REQUESTS, "60")
        assert afterwards.status_code == HTTPStatus.FOUND

    def test_name_and_email_count_together(self, client: Client, person: Person) -> None:
        self.fail(client, 3, "zhang@example.org")

        answer = self.fail(client, 2, "ZHANG")

        assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS

    def test_others_at_the_same_address_are_let_in(self, client: Client, person: Person) -> None:
        PersonFactory.create(username="li")
        self.fail(client, 5)

        assert sign_in(client, "li").status_code == HTTPStatus.FOUND

    def test_the_person_is_let_in_from_another_address(self, client: Client, person: Person) -> None:
        self.fail(client, 5)

        assert sign_in(Client(REMOTE_ADDR="10.1.2.3"), "zhang").status_code == HTTPStatus.FOUND

    def test_address_behind_the_proxies_counts_where_they_are_known(
        self, client: Client, person: Person, settings: Settings
    ) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        attacker, victim = (Client(HTTP_X_FORWARDED_FOR=f"1.1.1.1, 10.0.0.{host}") for host in (1, 2))
        self.fail(attacker, 5)

        assert sign_in(attacker, "zhang").status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert sign_in(victim, "zhang").status_code == HTTPStatus.FOUND

    def test_success_clears_the_count(self, client: Client, person: Person) -> None:
        self.fail(client, 4)
        sign_in(client, "zhang")
        client.logout()

        assert self.fail(client, 4).status_code == HTTPStatus.OK

    def test_name_of_any_length_and_kind_is_answered(self, client: Client) -> None:
        answers = [sign_in(client, login, "wrong") for login in ("张" * 5000, "𠮷\u202e", "a\x00b", "<b>@</b>")]

        assert [answer.status_code for answer in answers] == [HTTPStatus.OK] * 4


def test_inactive_person_is_told_so(client: Client) -> None:
    PersonFactory.create(username="gone", is_active=False)

    answer = client.post(LOGIN, {"login": "gone", "password": PASSWORD}, follow=True)

    assert "该账号已停用" in answer.content.decode()
    assert signed_in(client) is None


def test_inactive_person_is_signed_out_at_once(client: Client, person: Person) -> None:
    sign_in(client, "zhang")
    Person.objects.filter(pk=person.pk).update(is_active=False)

    assert client.get("/inbox/").status_code == HTTPStatus.FOUND


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post(
        "/accounts/signup/",
        {"username": "new", "email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert "不开放自行注册" in answer.content.decode()
    assert not Person.objects.filter(username="new").exists()


@pytest.mark.parametrize("page", ["email/", "confirm-email/", "3rdparty/"])
def test_pages_that_are_not_used_do_not_exist(client: Client, person: Person, page: str) -> None:
    sign_in(client, "zhang")

    assert client.get(f"/accounts/{page}").status_code == HTTPStatus.NOT_FOUND


class TestPasswords:
    def test_change(self, client: Client, person: Person) -> None:
        sign_in(client, "zhang")
        new = {"oldpassword": PASSWORD, "password1": "another-long-one", "password2": "another-long-one"}

        client.post("/accounts/password/change/", new)

        person.refresh_from_db()
        assert person.check_password("another-long-one")
        assert signed_in(client) == str(person.pk)

    def test_change_to_a_weak_one_says_everything_wrong(self, client: Client, person: Person) -> None:
        sign_in(client, "zhang")

        answer = client.post(
            "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "password", "password2": "password"}
        )

        assert answer.context["form"].errors["password1"] == [
            "密码太短：至少需要10个字符。",
            "这个密码太常见了。",
        ]


class TestSecondFactor:
    def code(self, secret: str) -> str:
        counter = next(iter(yield_hotp_counters_from_time()))
        return format_hotp_value(hotp_value(secret, counter))

    def activation(self, client: Client) -> Any:
        """The page with the secret. It asks for the password again, however recently it was given."""
        sign_in(client, "zhang")
        again = client.get(ACTIVATE)["Location"]
        return client.post(again, {"password": PASSWORD}, follow=True)

    def enrol(self, client: Client) -> str:
        secret: str = self.activation(client).context["form"].secret
        client.post(ACTIVATE, {"code": self.code(secret)})
        client.post("/accounts/logout/")
        return secret

    def test_asks_for_the_code_after_the_password(self, client: Client, person: Person) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            secret = self.enrol(client)
            clock.shift(timedelta(minutes=1))
            first = sign_in(client, "zhang", next="/inbox/")
            between = signed_in(client)
            second = client.post(first["Location"], {"code": self.code(secret)})
            after = signed_in(client)

        assert first["Location"] == "/accounts/2fa/authenticate/"
        assert second["Location"] == "/inbox/"
        assert (between, after) == (None, str(person.pk))

    def test_wrong_code_does_not_let_in(self, client: Client, person: Person) -> None:
        self.enrol(client)
        sign_in(client, "zhang")

        answer = client.post("/accounts/2fa/authenticate/", {"code": "000000"})

        assert answer.context["form"].errors["code"] == ["错误代码。"]
        assert signed_in(client) is None

    def test_pages_show_a_picture_that_the_content_policy_allows(self, client: Client, person: Person) -> None:
        page = self.activation(client).content.decode()

        assert '<img src="data:image/svg+xml' in page
        assert "<script>" not in page
        assert "style=" not in page
