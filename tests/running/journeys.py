"""Reviews on their way through the API, each by the programs of its people, from the project to the decision."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from committees.models import Committee
from ethicsreview.accounts.models import Person
from tests.reviews.api import client
from tests.reviews.api.client import Caller
from tests.reviews.api.machines import Machines, fill_in
from tests.reviews.builders import case
from tests.running.line import Line

TRIES = 8


class Kept(Machines):
    """Everybody's program signs in once."""

    @cached_property
    def members(self) -> list[Person]:  # type: ignore[override]
        return Machines.members.fget(self)  # type: ignore[attr-defined,no-any-return]

    @cached_property
    def lead(self) -> Caller:  # type: ignore[override]
        return Machines.lead.fget(self)  # type: ignore[attr-defined,no-any-return]

    @cached_property
    def secretary(self) -> Caller:  # type: ignore[override]
        return Machines.secretary.fget(self)  # type: ignore[attr-defined,no-any-return]

    @cached_property
    def chair(self) -> Caller:  # type: ignore[override]
        return Machines.chair.fget(self)  # type: ignore[attr-defined,no-any-return]

    @cached_property
    def voters(self) -> list[Caller]:
        return [Caller(person) for person in self.members]


def house(line: Line) -> Kept:
    """A committee and its people, who call over this line."""
    client.carrier = lambda: line
    made = case()
    them = Kept(made.committee, made.lead)
    assert isinstance(them.committee, Committee)
    # Each is asked for once here, so that no thread finds another at it.
    assert None not in (them.lead, them.secretary, them.chair, *them.voters)
    return them


def journey(them: Kept) -> str:
    """One review to its approval; its reference. What a broken line left half-written is looked at and gone on with."""
    project = them.project()
    _again(lambda: them.lead.again(project)["state"] == "assessed" or them.assess(them.lead, project))
    review = them.lead.begin(f"/projects/{project['ref']}/reviews")
    _again(lambda: fill_in(them.lead, review))
    review = them.lead.take(review, "submit", signature=them.lead.read("/me")["person"]["name"])
    review = them.accept(review)
    them.open_meeting(review)
    for member in them.voters:
        [opinion] = member.listed("opinions", state="assigned", project=project["ref"])
        member.take(opinion, "cast", verdict="approved", comment="见逐项意见")
    concluded = them.chair.take(them.chair.again(review), "conclude")
    assert concluded["state"] == "approved", concluded["state"]
    return str(review["ref"])


def _again(do: Callable[[], Any]) -> None:
    """A draft that was saved before its answer was lost is refused the second time as out of date: read, then go on."""
    for attempt in range(TRIES):
        try:
            do()
        except AssertionError:
            if attempt == TRIES - 1:
                raise
        else:
            return


@dataclass
class Load:
    """So many reviews, some at a time, until all are through or it is told to stop."""

    houses: list[Kept]
    at_once: int
    failed: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        with ThreadPoolExecutor(self.at_once) as pool:
            for each in range(number):
                pool.submit(self._one, self.houses[each % len(self.houses)])

    def _one(self, them: Kept) -> None:
        if self.stopping.is_set():
            return
        try:
            self.done.append(journey(them))
        except Exception as error:
            self.failed.append(f"{type(error).__name__}: {str(error)[:300]}")


def reader(them: Kept, address: str, line: Line, stopping: threading.Event) -> None:
    """Somebody who looks at pages and lists while the others work."""
    paths = ["/healthz", "/accounts/login/", "/verify/", "/rules/"]
    lists: list[str] = ["/reviews", "/projects", "/meetings", "/opinions"]
    while not stopping.is_set():
        if random.random() < 0.5:
            line.get(random.choice(paths))
        else:
            them.secretary.get(random.choice(lists))
