import re

import pytest
from django.test import Client
from structlog.testing import capture_logs

from ethicsreview.accounts.request_id import current_request_id

pytestmark = pytest.mark.urls("tests.ethicsreview.ui.urls")


def test_a_request_has_one_id_in_the_code_the_answer_and_the_log(client: Client) -> None:
    with capture_logs() as lines:
        response = client.get("/who/")

    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])
    assert response.content.decode() == response.headers["X-Request-ID"]
    assert [(line["event"], line["method"], line["route"], line["status"]) for line in lines] == [
        ("request", "GET", "who/", 200)
    ]
    assert current_request_id() == ""


def test_a_proxy_may_bring_the_id(client: Client) -> None:
    response = client.get("/who/", headers={"X-Request-ID": "edge-01.7f3a"})

    assert response.content == b"edge-01.7f3a"


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "two words!", '{"level": "error"}', "带中文的编号一二三"])
def test_an_id_that_could_forge_a_line_is_replaced(client: Client, given: str) -> None:
    response = client.get("/who/", headers={"X-Request-ID": given})

    assert response.headers["X-Request-ID"] != given
    assert re.fullmatch(rb"[0-9a-f]{32}", response.content)


@pytest.mark.django_db
def test_the_line_names_the_route_and_nothing_that_the_address_carries(client: Client) -> None:
    with capture_logs() as lines:
        client.get("/accounts/password/reset/key/1-secretkey/?name=张三")
        client.get("/no/such/page/secretkey")

    assert "secretkey" not in str(lines)
    assert "张三" not in str(lines)
    assert [line["route"] for line in lines if line["event"] == "request"][-1] is None
