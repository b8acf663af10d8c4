import uuid

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app


@pytest.fixture(autouse=True, scope="session")
def _own_queue() -> None:
    """No nudge of a test reaches a worker of somebody else. Without Redis it goes nowhere: no worker is listening."""
    app.conf.task_default_queue = f"test-{uuid.uuid4()}"
    if not settings.REDIS_URL:
        app.conf.broker_url = "memory://"
        app.conf.broker_transport_options = {}


@pytest.fixture(autouse=True)
def _on_postgres_only(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs DATABASE_URL of a PostgreSQL")
