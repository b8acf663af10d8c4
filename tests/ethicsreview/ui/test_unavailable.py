"""A database that is busy or gone: one clear answer, and nothing half-done."""

from datetime import date

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from ethicsreview.policy import PinnedPolicyChanged
from ethicsreview.ui.middleware import UnavailableMiddleware
from ethicsreview.ui.views import healthz


@pytest.fixture
def answer():
    middleware = UnavailableMiddleware(healthz)
    return lambda address, error: middleware.process_exception(RequestFactory().post(address), error)


def test_a_busy_database_is_said_to_be_busy_and_nothing_saved(answer):
    response = answer("/desk/", OperationalError("database is locked"))

    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "没有保存" in response.content.decode()


def test_the_api_says_so_as_a_problem(answer):
    response = answer("/api/v1/reviews/", OperationalError("gone"))

    assert response["Content-Type"] == "application/problem+json"
    assert response.status_code == 503


def test_altered_rules_are_named(answer):
    response = answer("/desk/", PinnedPolicyChanged(["national"], date(2026, 6, 1)))

    assert response.status_code == 503
    assert "national" in response.content.decode()


def test_another_mistake_is_not_hidden(answer):
    assert answer("/desk/", ValueError("ours")) is None
