"""A re-check taken at random by anybody, and what must hold after every step; a bug is planted in `tests/walk`."""

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from reviews.models import Recheck, RecheckOpinion, Review
from tests.reviews.builders import PASSWORD
from tests.reviews.invariants import hold
from tests.reviews.picture import Picture, Witness
from tests.reviews.recheck_builders import ACCEPT, REPORT, Listed, listed, opinion

pytestmark = pytest.mark.django_db
REFUSALS = (NotVisible, NotPermitted, Refused, InvalidInput)
PATHS = int(os.environ.get("RECHECK_PATHS", "30"))


class Path(RuleBasedStateMachine):
    """A class of its own is made for each run, with `world` set: it stands where the unit has applied."""

    world: Listed
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.at = self.world.at + timedelta(minutes=5)
        self.witness = Witness()
        for ballot in self.world.review.opinions.filter(state="cast").select_related("person"):
            self.witness.cast[self.world.review.ref, ballot.round, ballot.person.username] = ballot.verdict
        self.left: set[str] = set()

    def teardown(self) -> None:
        self.done[Review.objects.get(pk=self.world.review.pk).state] += 1
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @property
    def recheck(self) -> Recheck:
        return Recheck.objects.get(pk=self.world.recheck.pk)

    def take(self, obj: Any, name: str, by: Person, **terms: Any) -> bool:
        self.at += timedelta(minutes=1)
        try:
            perform(obj, name, by=by, at=self.at, **terms)
        except REFUSALS:
            return False
        return True

    def seats(self) -> list[RecheckOpinion]:
        return list(self.recheck.seats.select_related("person", "expert").order_by("pk"))

    def heard(self, seat: RecheckOpinion, vote: str) -> None:
        key = (self.world.recheck.ref, seat.person.username)
        assert key not in self.witness.spoken, "a second opinion of one expert was taken"
        self.witness.spoken[key] = vote

    @initialize(formed=st.booleans(), accepted=st.integers(0, 5))
    def begin_somewhere(self, formed: bool, accepted: int) -> None:
        if formed:
            chosen = [one.ref for one in self.world.experts[:5]]
            assert self.take(self.recheck, "form_panel", self.world.organiser, experts=chosen)
            for seat in self.seats()[:accepted]:
                assert self.take(seat, "accept", seat.person, **ACCEPT)

    @rule(size=st.integers(3, 7))
    def panel_is_formed(self, size: int) -> None:
        chosen = [one.ref for one in self.world.experts[:size]]
        self.take(self.recheck, "form_panel", self.world.organiser, experts=chosen)

    @rule(number=st.integers(0, 6), step=st.sampled_from(["accept", "accept", "accept", "decline", "recuse"]))
    def one_answers(self, number: int, step: str) -> None:
        if number < len(seats := self.seats()):
            terms = ACCEPT if step == "accept" else {"ground": "时间不便"}
            if self.take(seats[number], step, seats[number].person, **terms) and step != "accept":
                self.left.add(seats[number].ref)

    @rule()
    def all_answer(self) -> None:
        for seat in self.seats():
            self.take(seat, "accept", seat.person, **ACCEPT)

    @rule(votes=st.lists(st.sampled_from(["agree", "agree", "disagree"]), min_size=1, max_size=7), other=st.booleans())
    def some_speak(self, votes: list[str], other: bool) -> None:
        for seat, vote in zip(self.seats(), votes, strict=False):
            by = self.world.experts[6].person if other else seat.person
            if self.take(seat, "cast", by, **opinion(vote)):
                assert by == seat.person, "somebody spoke for another"
                self.heard(seat, vote)

    @rule(number=st.integers(0, 6), expert=st.integers(0, 6))
    def one_is_replaced(self, number: int, expert: int) -> None:
        seats = self.seats()
        leaving = {"leaving": seats[number].ref} if number < len(seats) else {}
        terms = {"expert": self.world.experts[expert].ref, "reason": "补选", **leaving}
        if self.take(self.recheck, "replace", self.world.organiser, **terms) and leaving:
            self.left.add(seats[number].ref)

    @rule(step=st.sampled_from(["begin", "conclude", "deliver"]), stranger=st.booleans())
    def organiser_goes_on(self, step: str, stranger: bool) -> None:
        by = self.world.secretary if stranger else self.world.organiser
        taken = self.take(self.recheck, step, by, **(REPORT if step == "conclude" else {}))
        assert not (taken and stranger)

    @rule(against=st.sampled_from([0, 0, 1, 2, 3]))
    def it_goes_on(self, against: int) -> None:
        """What those whose turn it is would do next, so that paths come far enough to go wrong there."""
        for seat in self.seats():
            self.take(seat, "accept", seat.person, **ACCEPT)
        for number, seat in enumerate(self.seats()):
            vote = "disagree" if number < against else "agree"
            if self.take(seat, "cast", seat.person, **opinion(vote)):
                self.heard(seat, vote)
        self.take(self.recheck, "conclude", self.world.organiser, **REPORT)
        self.take(self.recheck, "deliver", self.world.organiser)
        review = Review.objects.get(pk=self.world.review.pk)
        self.take(review, "conclude_by_recheck", self.world.chair, password=PASSWORD, reasons="依据复核意见")

    @rule(days=st.sampled_from([1, 40]))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(step=st.sampled_from(["conclude_by_recheck", "conclude_by_recheck", "conclude_by_exception", "withdraw"]))
    def review_goes_on(self, step: str) -> None:
        review = Review.objects.get(pk=self.world.review.pk)
        if step == "withdraw":
            self.take(review, step, self.world.lead, reason="不再开展")
        else:
            self.take(review, step, self.world.chair, password=PASSWORD, reasons="依据复核意见")

    @invariant()
    def all_hold(self) -> None:
        recheck, review = self.recheck, Review.objects.get(pk=self.world.review.pk)
        self.witness.left = frozenset((recheck.ref, ref) for ref in self.left)
        hold(Picture(review.project_id, review.committee_id, self.at), self.witness)
        assert (recheck.state == "cancelled") == (review.state == "withdrawn" and not recheck.delivered_at)
        for seat in self.seats():
            sees = Recheck.objects.visible_to(standing_of(seat.person, self.at)).exists()
            assert sees == (seat.state in {"assigned", "cast"} and recheck.state != "cancelled")


def run(world: Listed, paths: int, start: int = 20231201) -> Counter[str]:
    done: Counter[str] = Counter()
    kind = seed(start)(type("Part", (Path,), {"world": world, "done": done}))
    chosen = settings(
        max_examples=paths,
        stateful_step_count=12,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(kind, settings=chosen)
    return done


def test_no_path_breaks_an_invariant() -> None:
    done = run(listed().passed().referred(), PATHS)

    print(dict(done))
    assert done.total() >= PATHS
    assert "approved" in done or PATHS < 30, "paths that never get anywhere prove nothing"
