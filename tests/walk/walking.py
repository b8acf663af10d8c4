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
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import SYSTEM, standing_of
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.lifecycle.timely import take_timely
from reviews.models import FollowUp, Opinion, Project, Recheck, RecheckOpinion, Review
from reviews.models.applying import start_meeting
from tests.memory import Changes, contents
from tests.reviews.invariants import hold
from tests.reviews.picture import Picture, Witness
from tests.walk.beginnings import Beginning
from tests.walk.joint import GONE, Joint, alive, joint, next_end
from tests.walk.moves import EVERYBODY, Terms, Tried

REFUSALS = (NotVisible, NotPermitted, Refused, InvalidInput)
MINUTE = timedelta(minutes=1)
HIDDEN = (Project, Review, Opinion, FollowUp, Recheck, RecheckOpinion)


class Broken(AssertionError):
    """What does not hold, and the way to it."""


@dataclass(frozen=True)
class Situation:
    changes: Changes
    at: datetime
    witness: Witness
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
        begun: Beginning,
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

    # --- from the beginning to the end ----------------------------------------------------------------------------

    def run(self) -> Figures:
        started = time.process_time()
        self.base = contents()
        begun = self.begun
        first = Situation(Changes(), begun.at + MINUTE, self._witnessed(begun.at))
        seen = self.picture(first.at)
        hold(seen, first.witness)
        self.known.add(joint(seen))
        self.waiting.append(first)
        try:
            while self.waiting and (self.most is None or self.figures.states < self.most):
                self._visit(self.waiting.popleft())
        finally:
            self.figures.left = len(self.waiting)
            self.figures.seconds = time.process_time() - started
        return self.figures

    def _visit(self, here: Situation) -> None:
        self.figures.states += 1
        self.figures.longest = max(self.figures.longest, len(here.way))
        if self.tell is not None and self.figures.states % 100 == 0:
            self.tell(f"{self.begun.name}: {self.figures.states} visited, {len(self.waiting)} waiting")
        with undone():
            here.changes.write()
            seen = self.picture(here.at)
            if self.begun.ends(seen):
                self.figures.ends += 1
                return
            self.before = contents()
            tried = Tried(self.begun, seen)
            for obj in tried.objects():
                self._try_everybody(here, tried, obj)
            self._plan_a_meeting(here, seen)
            self._let_time_pass(here, seen)

    def picture(self, at: datetime) -> Picture:
        return Picture(self.begun.project.pk, self.begun.path.committee.pk, at)

    def _witnessed(self, at: datetime) -> Witness:
        """Of what was done before the beginning."""
        seen = self.picture(at)
        names = {seat.appointment.person_id: seat.appointment.person.username for seat in seen.members}
        refs = {review.id: review.ref for review in seen.reviews}
        cast = [one for one in seen.opinions if one.state == "cast"]
        rechecks = {recheck.id: recheck.ref for recheck in seen.rechecks}
        experts = dict(Person.objects.filter(recheck_opinions__isnull=False).values_list("pk", "username"))
        return Witness(
            {(refs[o.review_id], o.round, names[o.person_id]): o.verdict for o in cast},
            {(rechecks[one.recheck_id], experts[one.person_id]): one.vote for one in seen.panels if one.vote},
            frozenset((rechecks[one.recheck_id], one.ref) for one in seen.panels if one.state in GONE),
        )

    # --- what people do -------------------------------------------------------------------------------------------

    def _try_everybody(self, here: Situation, tried: Tried, obj: Lifecycle) -> None:
        offered: dict[str, list[tuple[str, Any]]] = {}
        stands = (obj.noun, getattr(obj, "kind", ""), str(obj.state))
        for who, person in {**self.begun.people, **tried.whose(obj)}.items():
            key = (*stands, self._near(tried.seen, obj), who)
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

    def _near(self, seen: Picture, obj: Lifecycle) -> str:
        """What besides its own state decides who stands to an object in what way."""
        if isinstance(obj, Review):
            recused = sorted({o.person_id for o in seen.opinions if o.state == "recused" and o.review_id == obj.pk})
            return f"{recused} {obj.meeting is not None and obj.meeting.presider_id}"
        if isinstance(obj, Opinion):
            return self._near(seen, obj.review) + f" {obj.person_id}"
        if isinstance(obj, RecheckOpinion):
            return str(obj.person_id)
        if isinstance(obj, Recheck):
            return str(sorted(seat.person_id for seat in seen.panels if seat.state not in GONE))
        return str(getattr(obj, "presider_id", ""))

    def _whose_turn(self, step: str, people: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        """Each of those who may in turn, where it makes no difference to what follows which of them it is."""
        if step in EVERYBODY:
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
        self, here: Situation, seen: Picture, obj: Lifecycle, step: str, who: str, person: Any, terms: Terms
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
            after = self.picture(at)
            witness = self._seen_at_the_door(here, seen, after, obj, step, person, terms)
            mine = [
                e for e in after.entries if (e.object_kind, e.object_ref, e.step, e.at) == (obj.noun, obj.ref, step, at)
            ]
            if obj.noun != "meeting" and [entry.actor_ref for entry in mine] != [person.username]:
                raise self._broken(here, name, "left no entry with its author")
            self._arrive(here, name, after, witness)

    def _seen_at_the_door(
        self, here: Situation, seen: Picture, after: Picture, obj: Any, step: str, person: Any, terms: Terms
    ) -> Witness:
        witness = here.witness
        if step == "cast" and obj.person != person:
            raise self._broken(here, step, "somebody spoke for another")
        if isinstance(obj, Opinion) and step == "cast":
            key = (obj.review.ref, obj.round, obj.person.username)
            meeting = next(m for r in seen.reviews if r.id == obj.review_id and (m := seen.meeting_of(r)))
            if key in witness.cast or obj.person_id not in seen.there(meeting) or obj.person_id in seen.interested:
                raise self._broken(here, step, "a vote was taken of one who has none")
            return replace(witness, cast={**witness.cast, key: terms["verdict"]})
        if isinstance(obj, RecheckOpinion) and step == "cast":
            return replace(witness, spoken={**witness.spoken, (obj.recheck.ref, person.username): terms["vote"]})
        refs = {recheck.id: recheck.ref for recheck in after.rechecks}
        gone = {(refs[seat.recheck_id], seat.ref) for seat in after.panels if seat.state in GONE}
        return replace(witness, left=witness.left | gone) if gone - witness.left else witness

    def _arrive(self, here: Situation, name: str, after: Picture, witness: Witness) -> None:
        self.figures.taken += 1
        try:
            hold(after, witness)
            self._nothing_leaks(after)
        except AssertionError as wrong:
            raise self._broken(here, name, str(wrong) or "an invariant does not hold") from wrong
        found = joint(after)
        if found not in self.known:
            self.known.add(found)
            changes = Changes.between(self.base, contents())
            self.waiting.append(Situation(changes, after.at, witness, (*here.way, name)))

    def _nothing_leaks(self, seen: Picture) -> None:
        """One kind of object and one outsider at a time, in turn: in the end, each with each."""
        strangers = list(self.begun.outsiders.values())
        kind, stranger = HIDDEN[self.figures.taken % len(HIDDEN)], strangers[self.figures.taken % len(strangers)]
        assert not kind.objects.visible_to(standing_of(stranger, seen.at)).exists(), f"a stranger sees a {kind.noun}"

    def _nothing_left_behind(self, here: Situation, name: str) -> None:
        if contents() != self.before:
            raise self._broken(here, name, "was refused, and left something behind")

    # --- and what happens besides ---------------------------------------------------------------------------------

    def _plan_a_meeting(self, here: Situation, seen: Picture) -> None:
        known = alive(seen)
        if len(known) >= self.begun.size.meetings or any(one.state == "open" or seen.marked(one) for one in known):
            return
        if not any(review.state in {"accepted", "in_review"} for review in seen.reviews):
            return
        at = here.at + MINUTE
        with undone():
            by = self.begun.people["secretary"]
            start_meeting(self.begun.path.committee, by=by, title="会议", starts_at=at + timedelta(hours=1), at=at)
            self._arrive(here, "secretary plans a meeting", self.picture(at), here.witness)

    def _let_time_pass(self, here: Situation, seen: Picture) -> None:
        """To the next end, and what the clock brings about then. A meeting is one day."""
        kind, moment = next_end(seen)
        if moment is None or any(one.state == "open" or seen.marked(one) for one in alive(seen)):
            return
        with undone():
            sweep(moment)
            take_timely(moment)
            self._arrive(here, f"{kind} comes to its day", self.picture(moment), here.witness)

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
    said = terms.get("verdict") or terms.get("vote") or ""
    return f" {said}" if said else ""


def aloud(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
