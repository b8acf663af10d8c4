"""Planning a sample. Every face does it here."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Authority, Person
from ethicsreview.lifecycle.door import create
from reviews.models.sampling.plan import SamplingPlan


def plan_sample(authority: Authority, *, by: Person, at: datetime | None = None, **terms: Any) -> SamplingPlan:
    """A draft of what a checked `PlanForm` says. Raises NotPermitted for whoever is not of that department."""
    moment = at or timezone.now()
    return create(SamplingPlan(authority=authority, **terms), by=by, at=moment, **terms)
