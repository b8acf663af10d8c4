"""All that the database does by itself where a row of a review changes."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS

from ethicsreview.lifecycle import triggers
from reviews.models.counting.triggers import TRIGGERS as COUNTING
from reviews.models.projects.high_risk import TRIGGERS as RISKS

TRIGGERS = (*COUNTING, *RISKS)


def install(using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    triggers.install(TRIGGERS, using)


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The tables whose changes would not be heeded."""
    return triggers.missing(TRIGGERS, using)
