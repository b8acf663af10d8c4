"""From each situation to all that follow it, until nothing new is found.

Breadth first: the way to a situation is a shortest one, and so is the way to whatever breaks. A situation is kept as
the rows in which it differs from the beginning, and laid down again when its turn comes. Whatever anybody tries goes
through `perform`, the one door.
"""

import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.lifecycle.timely import take_timely
from tests.memory import Changes, contents
from tests.walk.place import MINUTE, Joint, Place, Terms, Tried

REFUSALS = (NotVisible, NotPermitted, Refused, InvalidInput)


# What is said of a step in the way, besides its name.
TELLING = ("verdict", "vote", "result", "measure", "accused", "username", "body")


class Broken(AssertionError):
    """What does not hold, and the way to it."""


@dataclass(frozen=True)
class Situation:
    changes: Changes
    at: datetime
    witness: Any
    stands: Joint
    way: tuple[str, ...] = ()


@dataclass
class Figures:
    name: str
    states: int = 0
    tried: int = 0
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    written: set[str] = field(default_factory=set)
    ends: int = 0
    left: int = 0
    longest: int = 0
    seconds: float = 0.0
    # Ways to situations from which none leads to an end.
    traps: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether the end was reached: nothing is left to go on from."""
        return self.left == 0

    @property
    def in_vain(self) -> set[str]:
        """Steps that were offered and tried, and never once taken: then what was written was never right."""
        return self.written - set(self.steps)

    def __str__(self) -> str:
        refused = ", ".join(f"{name} {count}" for name, count in self.refused.most_common())
        end = "the end was reached" if self.whole else f"{self.left} situations are left"
        return (
            f"{self.name}: {self.states} situations, {self.tried} attempts, {self.taken} steps taken "
            f"(of {len(self.steps)} kinds), {self.refused.total()} refused ({refused}); "
            f"{self.ends} go on elsewhere, the longest way {self.longest} steps; {end}; {self.seconds:.0f} s"
        )


class Walk:
    def __init__(
        self,
        begun: Place,
        *,
        most: int | None = None,
        tell: Callable[[str], None] | None = None,
        asked: set[tuple[str, ...]] | None = None,
        offered_only: bool = False,
    ) -> None:
        """`most` situations are visited; all, without it. `asked` is what other walks have tried of what is not
        offered; with `offered_only` that is not tried at all.
        """
        self.begun, self.most, self.tell, self.offered_only = begun, most, tell, offered_only
        self.figures = Figures(begun.name)
        self.known: set[Joint] = set()
        self.waiting: deque[Situation] = deque()
        # What was answered once for every situation in which its object stands alike.
        self.asked = asked if asked is not None else set()
        self.idle: set[tuple[str, ...]] = set()
        self.turn = 0
        # From where each situation was reached, the way to it, and those that are an end.
        self.back: dict[Joint, set[Joint]] = {}
        self.ways: dict[Joint, tuple[str, ...]] = {}
        self.over: set[Joint] = set()

    # --- from the beginning to the end ----------------------------------------------------------------------------

    def run(self) -> Figures:
        started = time.process_time()
        self.base = contents()
        begun = self.begun
        seen = begun.picture(begun.at + MINUTE)
        first = Situation(Changes(), seen.at, begun.witnessed(begun.at), begun.joint(seen))
        begun.hold(seen, first.witness)
        self._reached(first, seen)
        self.waiting.append(first)
        try:
            while self.waiting and (self.most is None or self.figures.states < self.most):
                self._visit(self.waiting.popleft())
        finally:
            self.figures.left = len(self.waiting)
            self.figures.seconds = time.process_time() - started
        if self.figures.whole:
            self.figures.traps = self._traps()
        return self.figures

    def _reached(self, found: Situation, seen: Any) -> None:
        self.known.add(found.stands)
        self.ways[found.stands] = found.way
        if self.begun.ends(seen) or self.begun.is_over(seen):
            self.over.add(found.stands)

    def _traps(self) -> list[tuple[str, ...]]:
        """Backwards from every end."""
        leads, waiting = set(self.over), list(self.over)
        while waiting:
            new = self.back.get(waiting.pop(), set()) - leads
            leads |= new
            waiting += new
        return [self.ways[one] for one in self.known if one not in leads]

    def _visit(self, here: Situation) -> None:
        self.figures.states += 1
        self.figures.longest = max(self.figures.longest, len(here.way))
        if self.tell is not None and self.figures.states % 100 == 0:
            self.tell(f"{self.begun.name}: {self.figures.states} visited, {len(self.waiting)} waiting")
        with undone():
            here.changes.write()
            seen = self.begun.picture(here.at)
            if self.begun.ends(seen):
                self.figures.ends += 1
                return
            self.before = contents()
            tried = self.begun.tried(seen)
            for obj in tried.objects():
                self._try_everybody(here, tried, obj)
            for name, happens in self.begun.besides(seen):
                with undone():
                    happens()
                    self._arrive(here, name, self.begun.picture(here.at + MINUTE), here.witness)
            self._let_time_pass(here, seen)

    # --- what people do -------------------------------------------------------------------------------------------

    def _try_everybody(self, here: Situation, tried: Tried, obj: Lifecycle) -> None:
        offered: dict[str, list[tuple[str, Any]]] = {}
        stands = (obj.noun, getattr(obj, "kind", ""), str(obj.state))
        for who, person in {**self.begun.people, **tried.whose(obj)}.items():
            key = (*stands, tried.near(obj), who)
            if key in self.idle:
                continue
            views = open_steps(obj, person, at=here.at + MINUTE, standing=tried.standing(person))
            if not views:
                self.idle.add(key)
            for view in views:
                if view.open:
                    offered.setdefault(view.name, []).append((who, person))
                else:
                    self._count("shut")
                    if not self.offered_only:
                        self._once(here, obj, view.name, who, person, (*stands, view.refusals[0].code))
        for step, people in offered.items():
            for terms in tried.inputs(obj, step):
                for who, person in self._whose_turn(step, people):
                    self._attempt(here, tried.seen, obj, step, who, person, terms)
        if self.offered_only:
            return
        everybody = {**self.begun.people, **self.begun.outsiders, **tried.whose(obj), "system": SYSTEM}
        for who, person in everybody.items():
            if (*stands, who) not in self.asked:
                self.asked.add((*stands, who))
                self._turned_away(here, obj, who, person, offered)

    def _whose_turn(self, step: str, people: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Each of those who may in turn, where it makes no difference to what follows which of them it is."""
        if step in self.begun.everybody:
            return people
        self.turn += 1
        return [people[self.turn % len(people)]]

    def _turned_away(self, here: Situation, obj: Lifecycle, who: str, person: Any, offered: Any) -> None:
        """Whatever is not offered to them, tried all the same: of steps that are for the same people in the same
        states one (the step table has every single one). Who may not know of the object is turned away before the
        step is looked at.
        """
        kinds: dict[Any, str] = {}
        for name, step in steps_of(type(obj)).items():
            if who not in {one for one, _person in offered.get(name, ())}:
                kinds.setdefault((step.by, obj.state in step.sources), name)
        for name in kinds.values():
            if self._refused(here, obj, name, who, person) == "NotVisible":
                return

    def _once(self, here: Situation, obj: Lifecycle, step: str, who: str, person: Any, stands: tuple[str, ...]) -> None:
        """What is shut to somebody is shut at the door too; tried once for each reason."""
        key = (*stands, step, who)
        if key not in self.asked:
            self.asked.add(key)
            self._refused(here, obj, step, who, person)

    def _refused(self, here: Situation, obj: Lifecycle, step: str, who: str, person: Any) -> str:
        self.figures.tried += 1
        with undone():
            try:
                perform(obj, step, by=person, at=here.at + MINUTE)
            except REFUSALS as answer:
                self._count(type(answer).__name__)
                self._nothing_left_behind(here, f"{who} {obj.noun}.{step}")
                return type(answer).__name__
            except TypeError:
                # A consequence, which another step would have given its terms; taken by the system alone.
                if person is not SYSTEM:
                    raise
        if person is not SYSTEM:
            raise self._broken(here, f"{who} {obj.noun}.{step}", "was not offered, and was taken")
        return ""

    def _attempt(
        self, here: Situation, seen: Any, obj: Lifecycle, step: str, who: str, person: Any, terms: Terms
    ) -> None:
        self.figures.tried += 1
        self.figures.written.add(f"{obj.noun}.{step}")
        at, name = here.at + MINUTE, f"{who} {obj.noun}.{step}{_told(terms)}"
        with undone():
            try:
                perform(obj, step, by=person, at=at, **terms)
            except InvalidInput:
                self._count("InvalidInput")
                self._nothing_left_behind(here, name)
                return
            except (NotVisible, NotPermitted, Refused) as answer:
                raise self._broken(here, name, f"was offered, and answered with {answer!r}") from answer
            self.figures.steps[f"{obj.noun}.{step}"] += 1
            after = self.begun.picture(at)
            try:
                witness = self.begun.at_the_door(seen, after, obj, step, person, terms, here.witness)
            except AssertionError as wrong:
                raise self._broken(here, name, str(wrong)) from wrong
            mine = [
                e for e in after.entries if (e.object_kind, e.object_ref, e.step, e.at) == (obj.noun, obj.ref, step, at)
            ]
            if obj.noun not in self.begun.elsewhere and [entry.actor_ref for entry in mine] != [person.username]:
                raise self._broken(here, name, "left no entry with its author")
            self._arrive(here, name, after, witness)

    def _arrive(self, here: Situation, name: str, after: Any, witness: Any) -> None:
        self.figures.taken += 1
        try:
            self.begun.hold(after, witness)
            self.begun.nothing_leaks(after, self.figures.taken)
            stands = self.begun.joint(after)
            if stands not in self.known:
                changes = Changes.between(self.base, contents())
                found = Situation(changes, after.at, witness, stands, (*here.way, name))
                self._reached(found, after)
                self.waiting.append(found)
                self.begun.look_around(after, len(self.known))
        except AssertionError as wrong:
            raise self._broken(here, name, str(wrong) or "an invariant does not hold") from wrong
        self.back.setdefault(stands, set()).add(here.stands)

    def _nothing_left_behind(self, here: Situation, name: str) -> None:
        if contents() != self.before:
            raise self._broken(here, name, "was refused, and left something behind")

    # --- and what happens besides ---------------------------------------------------------------------------------

    def _let_time_pass(self, here: Situation, seen: Any) -> None:
        """To the next end, and what the clock brings about then."""
        kind, moment = self.begun.next_end(seen)
        if moment is None:
            return
        with undone():
            sweep(moment)
            take_timely(moment)
            self._arrive(here, f"{kind} comes to its day", self.begun.picture(moment), here.witness)

    def _count(self, answer: str) -> None:
        self.figures.refused[answer] += 1

    def _broken(self, here: Situation, name: str, wrong: str) -> Broken:
        way = "\n    ".join([self.begun.name, *here.way, name])
        return Broken(f"{wrong}\n    {way}")


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint that is always rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _told(terms: Terms) -> str:
    said = next((terms[name] for name in TELLING if terms.get(name)), "")
    return f" {said}" if said else ""


def aloud(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
