"""Setting up a programme. Every face does it here."""

from datetime import datetime
from typing import Any

from ethicsreview.accounts.models import Authority, Person
from ethicsreview.lifecycle.door import create
from reviews.models.programmes.programme import Programme


def plan_programme(authority: Authority, *, by: Person, at: datetime, **terms: Any) -> Programme:
    """What a checked `ProgrammeForm` says. Raises NotPermitted for whoever manages no programmes of that department."""
    return create(Programme(authority=authority, created_at=at, **terms), by=by, at=at, **terms)
