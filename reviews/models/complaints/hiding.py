"""Whoever may not see what is held against somebody is not reminded of it either."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.recipients import Hiding


def unseen(model: Any) -> Hiding:
    def hidden(ref: str, people: Iterable[Person], at: datetime) -> set[int]:
        seen = model.objects.filter(ref=ref)
        return {person.pk for person in people if not seen.visible_to(standing_of(person, at)).exists()}

    return hidden
