"""What one step costs, and which part of it: `accept`, which starts a deadline and tells people.

The door's own functions are wrapped from outside. Time and queries go to the innermost part that runs; what is left
over is the transaction itself, its commit above all.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from statistics import median
from typing import Any

import django

STEP = "accept"
TRANSACTION = "transaction"
WARM = 3


class Parts:
    """Seconds and queries by part, for one step at a time."""

    def __init__(self) -> None:
        self.stack = [TRANSACTION]
        self.since = 0.0
        self.seconds: dict[str, float] = defaultdict(float)
        self.queries: dict[str, int] = defaultdict(int)

    def begin(self) -> None:
        self.seconds, self.queries = defaultdict(float), defaultdict(int)
        self.since = time.perf_counter()

    def charge(self) -> None:
        now = time.perf_counter()
        self.seconds[self.stack[-1]] += now - self.since
        self.since = now

    def within(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.charge()
            self.stack.append(part)
            try:
                return function(*args, **kwargs)
            finally:
                self.charge()
                self.stack.pop()

        return timed

    def count(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.queries[self.stack[-1]] += 1
        return execute(*args)


def places() -> dict[str, list[tuple[Any, str]]]:
    from ethicsreview.deadlines import clock
    from ethicsreview.lifecycle import door
    from ethicsreview.lifecycle.models import Lifecycle
    from ethicsreview.notices import outbox

    return {
        "lock": [(door, "_locked")],
        "visibility": [(door, "sees")],
        "permission": [(door, "standing_of"), (door, "_check_permission")],
        "guards": [(door, "_refusals")],
        "form": [(door, "_valid_form")],
        "step and save": [(door, "_take")],
        "trail": [(door, "_record")],
        "deadlines": [(clock, "start"), (clock, "meet"), (Lifecycle, "note_next_due")],
        "notices": [(door, "_post")],
        "waking a worker": [(outbox, "nudge")],
    }


@contextmanager
def watched(parts: Parts) -> Iterator[None]:
    from django.db import connection

    with ExitStack() as undo:
        for part, wrapped in places().items():
            for owner, name in wrapped:
                undo.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, parts.within(part, getattr(owner, name)))
        undo.enter_context(connection.execute_wrapper(parts.count))
        yield


def cost(repeats: int) -> dict[str, Any]:
    from ethicsreview.lifecycle.door import perform

    parts = Parts()
    runs: list[tuple[dict[str, float], dict[str, int]]] = []
    with watched(parts):
        for review, secretary, terms in waiting(repeats + WARM):
            parts.begin()
            perform(review, STEP, by=secretary, **terms)
            parts.charge()
            runs.append((parts.seconds, parts.queries))
    runs = runs[WARM:]
    order = [TRANSACTION, *places()]
    return {
        "step": STEP,
        "repeats": repeats,
        "milliseconds": {part: median(seconds[part] for seconds, _queries in runs) * 1000 for part in order},
        "queries": {part: median(queries[part] for _seconds, queries in runs) for part in order},
        "total_milliseconds": median(sum(seconds.values()) for seconds, _queries in runs) * 1000,
    }


def waiting(number: int) -> list[tuple[Any, Any, dict[str, Any]]]:
    """Submitted reviews with the secretary whose they are, and what is entered."""
    from django.core.management import call_command

    from ethicsreview.accounts.models import Appointment, Role
    from reviews.models import Review
    from reviews.samples.journeys import GROUND

    submitted = Review.objects.filter(state="submitted").select_related("project", "committee", "assessment")
    if (lacking := number - submitted.count()) > 0:
        call_command("seed", stage="submitted", size=lacking, yes=True)
    reviews = list(submitted.order_by("pk")[:number])
    secretaries = {
        held.body_id: held.person
        for held in Appointment.objects.filter(
            role=Role.SECRETARY, body__in={review.committee_id for review in reviews}
        ).select_related("person")
    }
    terms = {"procedure": "general", "procedure_ground": GROUND, "listed": "no"}
    return [(review, secretaries[review.committee_id], terms) for review in reviews]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    django.setup()
    wanted.out.write_text(json.dumps(cost(wanted.repeats)))


if __name__ == "__main__":
    main()
