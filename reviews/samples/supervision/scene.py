"""Who is there and what hour it is, and how one object goes through its steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ethicsreview.accounts.models import Authority, Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.samples.houses import House
from reviews.samples.journeys import PAUSE
from reviews.samples.people import signing_at_once


@dataclass(frozen=True)
class Scene:
    """Houses and departments by the key that begins their people's user names."""

    houses: Mapping[str, House]
    departments: Mapping[str, Authority]
    now: datetime

    def person(self, username: str) -> Person:
        return signing_at_once(Person.objects.get(username=username))

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def day(self, days: int) -> date:
        """So many days from today, or before it."""
        return law_day(self.now) + timedelta(days=days)


@dataclass
class Walk:
    """`at` runs on with each step."""

    one: Any
    at: datetime

    def take(self, step: str, by: Person, **terms: Any) -> "Walk":
        self.at += PAUSE
        self.one = perform(self.one, step, by=by, at=self.at, **terms)
        return self

    def wait_until(self, at: datetime) -> "Walk":
        self.at = max(self.at, at)
        return self
