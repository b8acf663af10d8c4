"""Signed-in people at the desk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ethicsreview.accounts.models import Person


def address(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    def enter(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return client

    return enter


@contextmanager
def queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as caught:
        yield caught


def text(response: Any) -> str:
    body: str = response.content.decode()
    return body
