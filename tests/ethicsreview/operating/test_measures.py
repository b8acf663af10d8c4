"""The address of the measures: who reads it, and that it tells what an operator is woken for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from ethicsreview.accounts.models import ApiToken, Body, Person, Role
from ethicsreview.deadlines import pulse
from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.models import Delivery
from ethicsreview.notices.outbox import post
from tests.committees.builders import holder, institution

pytestmark = pytest.mark.django_db
HEALTH = "ethicsreview.ui.views.healthz"
WORDS = {"label": "作出审查决定", "ref": "R2026-000001", "due": "2026年4月1日", "left": "还剩6天", "ground": ""}


def read(client: Client, **terms: Any) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", **terms)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    samples = [sample for family in families for sample in family.samples]
    return {_key(sample.name, sample.labels): sample.value for sample in samples}


def _key(name: str, labels: dict[str, str]) -> tuple[str, ...]:
    return name.removeprefix("ethicsreview_"), *(labels[label] for label in sorted(labels))


def test_what_waits_is_late_or_dead_is_told(client: Client) -> None:
    now = timezone.now()
    person = Person.objects.create_user(username="secretary", name="李秘书", email="secretary@example.org")
    post("deadline.reminder", [person], at=now - timedelta(hours=2), context=WORDS)
    post("deadline.reminder", [person], at=now - timedelta(hours=1), context=WORDS, urgent=True)
    post("deadline.reminder", [person], at=now - timedelta(hours=9), context=WORDS)
    Delivery.objects.filter(pk=Delivery.objects.order_by("-pk")[0].pk).update(state="dead")
    terms = {"subject_kind": "project", "subject_ref": "P1", "object_kind": "review", "object_ref": "R1"}
    times = {"started_at": now - timedelta(days=3), "due_at": now, "next_at": now - timedelta(minutes=10)}
    Deadline.objects.create(kind="decide", label="决定", unit="days", length=3, **terms, **times)
    pulse.beaten(pulse.SWEEP, now - timedelta(minutes=10), {})

    found = read(client)

    assert 7200 <= found["oldest_unsent_seconds", "false"] < 7260
    assert 3600 <= found["oldest_unsent_seconds", "true"] < 3660
    assert (found["deliveries_waiting", "true"], found["deliveries_waiting", "false"]) == (1, 1)
    assert found["deliveries_dead",] == 1
    assert 600 <= found["oldest_unswept_seconds",] < 660
    assert found["last_sweep_timestamp_seconds",] == pytest.approx((now - timedelta(minutes=10)).timestamp())
    assert (found["last_seal_timestamp_seconds",], found["beat_leads",], found["database_up",]) == (0, 0, 1)
    assert {name[1] for name in found if name[0] == "queue_messages"} == {"urgent", "normal", "slow"}


def test_requests_are_counted_by_view_and_status_and_no_path_is_told(client: Client) -> None:
    key = ("requests_total", "GET", "200", HEALTH)
    before = read(client).get(key, 0)
    for _number in range(3):
        client.get("/healthz")
    client.get("/no/such/page/secretkey")
    client.generic("INVENTED", "/healthz")

    found = read(client)

    assert found[key] == before + 3
    assert found["requests_total", "GET", "404", "none"] >= 1
    assert found["requests_total", "other", "405", HEALTH] >= 1
    assert found["request_seconds_count", HEALTH] >= 4
    assert not [name for name in found if "secretkey" in str(name)]


def headers_of(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {ApiToken.issue(person)[1]}"}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR}))
def test_from_elsewhere_nobody_but_an_operator_reads_it(client: Client, role: str) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    assert client.get("/metrics", headers=headers_of(holder(role, institution())), **elsewhere).status_code == 404


def test_an_operators_token_reads_it_from_anywhere_and_no_longer_once_revoked(client: Client) -> None:
    operator = holder(Role.OPERATOR, Body.objects.filter(pk=institution().pk).get())
    headers = headers_of(operator)
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    assert read(client, headers=headers, **elsewhere)["database_up",] == 1
    operator.api_tokens.revoke(timezone.now())
    assert client.get("/metrics", headers=headers, **elsewhere).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_who_comes_through_a_proxy_of_this_machine_is_not_this_machine(client: Client, header: str) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404
