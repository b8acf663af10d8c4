"""A chain to write to, without any object behind it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from ethicsreview.trail import triggers
from ethicsreview.trail.models import Chain, Entry
from ethicsreview.trail.record import Record, append

AT = datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC)


def record(subject: str = "P2026-000001", step: str = "submit", **changes: Any) -> Record:
    return Record(
        **{
            "subject": ("project", subject),
            "object": ("review", "R2026-000001"),
            "step": step,
            "at": AT,
            "actor": ("person", "zhang", "张三"),
            "capacities": "lead",
            "source": "draft",
            "target": "submitted",
            "citation": "national:9",
            "facts": {"signature": "张三"},
            **changes,
        }
    )


@pytest.fixture
def chain() -> Chain:
    """Five entries of one subject, and two of a neighbour."""
    with transaction.atomic():
        append(*(record(step=name) for name in ("create", "submit", "accept", "begin", "conclude")))
        append(record("P2026-000002", "create"), record("P2026-000002", "submit"))
    return Chain.objects.get(subject_ref="P2026-000001")


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """As somebody does who holds the database itself."""
    triggers.remove()
    try:
        yield
    finally:
        triggers.install()


@pytest.fixture
def by_sql() -> Callable[..., None]:
    def execute(*statements: str) -> None:
        with past_the_triggers(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return execute


def entry(chain: Chain, seq: int) -> Entry:
    return Entry.objects.get(chain=chain, seq=seq)
