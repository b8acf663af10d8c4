"""The description is true: what it says may be sent is taken or refused as it says, and so it is answered."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client, override_settings
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from config.wsgi import application
from reviews.api.access import REF
from tests.reviews.api.populated import World, populated
from tests.reviews.foreign import abroad

# A form that is right in itself may still name what does not exist, or not be this person's to send.
TAKEN = ["2xx", *(str(status.value) for status in (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.PRECONDITION_REQUIRED,
))]  # fmt: skip
# What every kind of object answers by one piece of code (`lifecycles.routes`) is asked everything with reviews, and
# something with each other kind.
ONE_FORM = [
    {"include-method": "GET", "include-path-regex": r"^/api/v1/(?!reviews)[a-z-]+(/\{ref\}(/steps|/trail)?)?$"},
    {"include-method": "POST", "include-path-regex": r"^/api/v1/(?!reviews)[a-z-]+/\{ref\}/steps/\{name\}$"},
]
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {"positive_data_acceptance": {"expected-statuses": TAKEN}},
        "phases": {"stateful": {"enabled": False}},
        "operations": [{**form, "phases": {"coverage": {"enabled": False}}} for form in ONE_FORM],
    }
)
description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=CONFIG)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Built once: each operation has its own savepoint."""
    folder = tmp_path_factory.mktemp("media")
    # A request closes its connection when it is done; here it would end the transaction that all of them stand in.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=folder):
            made = populated(abroad(["DE"]).voted())
        yield replace(made, media=folder)
        transaction.set_rollback(True)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def untouched(world: World) -> Iterator[World]:
    # Each test has a folder of its own; here they share that of the world.
    with transaction.atomic(), override_settings(MEDIA_ROOT=world.media):
        yield world
        transaction.set_rollback(True)


@description.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation(case: Any, untouched: World) -> None:
    collection = case.operation.path.split("/")[3]
    # A random reference is of nothing: what could be one is made one.
    if REF.fullmatch(str(case.path_parameters.get("ref", "?"))):
        case.path_parameters["ref"] = untouched.refs[collection]

    case.call_and_validate(headers={"Authorization": f"Bearer {untouched.tokens.get(collection, '')}"})


def test_served_without_a_token() -> None:
    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    assert "/api/v1/reviews/{ref}/steps/{name}" in answer.json()["paths"]
