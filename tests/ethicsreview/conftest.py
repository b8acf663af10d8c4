import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _on_postgres_only(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("needs DATABASE_URL of a PostgreSQL")
