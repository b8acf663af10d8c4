"""What a step is given, and what it leaves to be done after its object is saved."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from ethicsreview.accounts.standing import SYSTEM, Standing, standing_of
from ethicsreview.deadlines import clock, obligations
from ethicsreview.notices.broker import publish

if TYPE_CHECKING:
    from ethicsreview.deadlines.clock import Timed
    from ethicsreview.lifecycle.models import Lifecycle


@dataclass
class Act:
    """One person doing one step at one moment.

    A step reads `actor`, `at`, `standing`; and says what follows from it: facts for the record, rows to
    create, deadlines that start or end, consequences on other objects, people to tell. The door carries these out in
    the same transaction, in that order, after the object is saved.
    """

    actor: Any
    at: datetime
    standing: Standing
    request_id: str = ""
    capacities: frozenset[str] | set[str] = frozenset()
    doing: tuple[Any, str] | None = None
    memory: dict[Any, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    timings: list[tuple["Timed", Callable[[Any], Any]]] = field(default_factory=list)
    consequences: list[tuple["Lifecycle", str, dict[str, Any]]] = field(default_factory=list)
    rulings: list[tuple["Lifecycle", str, dict[str, Any]]] = field(default_factory=list)
    preliminaries: list[tuple["Lifecycle", str, dict[str, Any]]] = field(default_factory=list)
    creations: list["Lifecycle"] = field(default_factory=list)
    messages: list[tuple[str, list[Any], dict[str, Any]]] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)

    def record(self, **facts: Any) -> None:
        """Add to what the trail keeps of this step. Plain data only."""
        self.facts.update(facts)

    def say(self, **words: Any) -> None:
        """Add places to fill in the step's own notice."""
        self.words.update(words)

    def once(self, key: Any, compute: Callable[[], Any]) -> Any:
        """A value that several guards of this act need, computed once."""
        if key not in self.memory:
            self.memory[key] = compute()
        return self.memory[key]

    def start(self, kind: str, *, on: "Timed | None" = None, **terms: Any) -> None:
        """Start a deadline on the object (or on another); the terms are those of `deadlines.clock.start`.

        Raises Undeclared where no list of obligations says that this step starts this kind.
        """
        assert self.doing is not None
        obligations.check(kind, f"{self.doing[0].noun}.{self.doing[1]}")
        self._time(lambda obj: clock.start(kind, obj, at=self.at, request_id=self.request_id, **terms), on)

    def meet(self, *kinds: str, on: "Timed | None" = None) -> None:
        self._time(lambda obj: [clock.meet(kind, obj, at=self.at) for kind in kinds], on)

    def settle(self, *kinds: str, on: "Timed | None" = None) -> None:
        """Meet those of the kinds that run; one that does not is nothing to settle."""
        self._time(lambda obj: [clock.settle(kind, obj, at=self.at) for kind in kinds], on)

    def cancel(self, *kinds: str, on: "Timed | None" = None) -> None:
        self._time(lambda obj: [clock.cancel(kind, obj, at=self.at) for kind in kinds], on)

    def pause(self, kind: str, *, on: "Timed | None" = None) -> None:
        self._time(lambda obj: clock.pause(kind, obj, at=self.at), on)

    def resume(self, kind: str, *, on: "Timed | None" = None) -> None:
        self._time(lambda obj: clock.resume(kind, obj, at=self.at), on)

    def extend(self, kind: str, *, due_at: datetime, reason: str, on: "Timed | None" = None) -> None:
        self._time(lambda obj: clock.extend(kind, obj, due_at=due_at, reason=reason, at=self.at), on)

    def hand_over(self, old: Any, new: Any) -> None:
        """What one person had to do in the subject's matters, another has to do."""
        self._time(lambda obj: clock.hand_over(obj, old=old, new=new, at=self.at), None)

    def then(self, obj: "Lifecycle", name: str, **cleaned: Any) -> None:
        """Bring about a step on another object, through the same door, for the same actor."""
        self.consequences.append((obj, name, cleaned))

    def by_rule(self, obj: "Lifecycle", name: str, **cleaned: Any) -> None:
        """Bring about a step that a rule orders whoever set it off: done by the system, with its ground in the trail.
        It may come back to the object itself."""
        self.rulings.append((obj, name, cleaned))

    def before(self, obj: "Lifecycle", name: str, **cleaned: Any) -> None:
        """A consequence that must stand before this object is saved, because the two exclude each other."""
        self.preliminaries.append((obj, name, cleaned))

    def create(self, instance: "Lifecycle") -> None:
        """Bring about a new object with a lifecycle of its own."""
        self.creations.append(instance)

    def tell(self, key: str, people: Iterable[Any], **words: Any) -> None:
        """A notice beside the step's own (whose recipients the table names)."""
        self.messages.append((key, list(people), words))

    def nudge(self, task: str) -> None:
        """Wake a worker for this task once the step has committed. Its rows say what is to be done; if the broker
        is away, beat finds them."""
        transaction.on_commit(partial(publish, task))

    def apart(self, *capacities: str) -> "Act":
        """The same person at the same moment, for a step whose effects must not mix with this one's."""
        return Act(
            actor=self.actor,
            at=self.at,
            standing=self.standing,
            request_id=self.request_id,
            capacities=frozenset(capacities),
        )

    def as_system(self, *capacities: str) -> "Act":
        """The same moment, for a step that nobody decides upon."""
        return Act(
            actor=SYSTEM,
            at=self.at,
            standing=standing_of(SYSTEM, self.at),
            request_id=self.request_id,
            capacities=frozenset(capacities),
        )

    def _time(self, change: Callable[[Any], Any], on: "Timed | None") -> None:
        assert self.doing is not None
        self.timings.append((on if on is not None else self.doing[0], change))
