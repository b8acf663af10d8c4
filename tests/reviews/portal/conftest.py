from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from ethicsreview.accounts.models import Person
from tests.reviews.builders import Case, case


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
