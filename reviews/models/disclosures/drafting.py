"""A new disclosure. Every face does it here."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Authority, Person
from ethicsreview.lifecycle.door import create
from reviews.models.disclosures.disclosure import Disclosure


def draft(authority: Authority, *, by: Person, at: datetime | None = None, **written: Any) -> Disclosure:
    """What a checked `DraftForm` says. Raises NotPermitted for whoever is not a regulator of that department."""
    moment = at or timezone.now()
    made = Disclosure(authority=authority, written_by=by, created_at=moment, **written)
    return create(made, by=by, at=moment, **written)
