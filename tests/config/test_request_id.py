"""One id from the request through its trail entry, deadline and notice to the task that it sets going."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import shared_task
from celery.signals import before_task_publish

from config.celery import app
from ethicsreview.accounts.request_id import current_request_id, request_id
from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.broker import publish
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from tests.reviews.api.client import Caller
from tests.reviews.api.machines import machines

GIVEN = "edge-01.7f3a9c"


@pytest.fixture
def sent() -> Iterator[list[dict[str, Any]]]:
    found: list[dict[str, Any]] = []

    def keep(headers: dict[str, Any], **_: Any) -> None:
        found.append(headers)

    before_task_publish.connect(keep, weak=False)
    yield found
    before_task_publish.disconnect(keep)


@pytest.mark.django_db(transaction=True)
def test_what_a_request_did_carries_its_id(sent: list[dict[str, Any]]) -> None:
    them = machines()
    review = them.submitted()
    secretary: Caller = them.secretary
    secretary.headers["X-Request-ID"] = GIVEN
    sent.clear()

    terms = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no"}
    accepted = secretary.take(review, "accept", **terms)

    assert accepted["state"] == "accepted"
    assert set(Entry.objects.filter(request_id=GIVEN).values_list("object_kind", "step")) == {("review", "accept")}
    assert set(Deadline.objects.filter(request_id=GIVEN).values_list("object_ref", flat=True)) == {review["ref"]}
    assert set(Notice.objects.filter(request_id=GIVEN).values_list("key", flat=True)) == {"review.accept"}
    assert [(one["task"], one["request_id"]) for one in sent] == [("notices.deliver", GIVEN)]


def test_a_task_works_under_the_id_of_the_request_that_sent_it_or_under_its_own() -> None:
    seen: list[str] = []

    @shared_task(name="tests.seen")
    def see() -> None:
        seen.append(current_request_id())

    task = app.tasks["tests.seen"]
    try:
        task.apply(headers={"request_id": GIVEN})
        task.apply(task_id="0b7c6a52-7e4f-4a52-9d3e-0c2b6f1f7a11")
    finally:
        app.tasks.unregister("tests.seen")

    assert seen == [GIVEN, "0b7c6a527e4f4a529d3e0c2b6f1f7a11"]
    assert current_request_id() == ""


def test_what_no_request_sends_has_no_id_to_carry(sent: list[dict[str, Any]]) -> None:
    publish("notices.deliver")
    with request_id(GIVEN):
        publish("notices.deliver")

    assert [one.get("request_id") for one in sent] == [None, GIVEN]
