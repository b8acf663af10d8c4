import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from config.celery import app
from ethicsreview.accounts.models import Person
from tests.reviews.builders import Case, case


@pytest.fixture(autouse=True, scope="session")
def _own_queue() -> None:
    """No nudge of a test reaches a worker of somebody else. Without Redis it goes nowhere: no worker is listening."""
    app.conf.task_default_queue = f"test-{uuid.uuid4()}"
    if not settings.REDIS_URL:
        app.conf.broker_url = "memory://"
        app.conf.broker_transport_options = {}


@pytest.fixture(autouse=True)
def _own_media(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def path(db: None) -> Case:
    return case()


@pytest.fixture
def lead(path: Case) -> Client:
    return browser_of(path.lead)


def browser_of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client
