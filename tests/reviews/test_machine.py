"""Two thousand random paths through the life of a review, and proof that the machine would notice."""

import os
from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RULE_MARKER, run_state_machine_as_test

from reviews.models import Review
from reviews.models.meetings import agenda
from reviews.models.opinions import opinion
from reviews.models.reviewing import conclusion, designation, simplified_guards
from reviews.models.reviewing import guards as review_guards
from reviews.models.reviewing.intake import Intake
from tests.reviews.machine import Path
from tests.reviews.planting import nothing, unguard
from tests.reviews.world import World, world

pytestmark = pytest.mark.django_db

# Four parts, so that they run beside each other. PATHS and PATHS_SEED ask for more, or for others:
#   PATHS=2000 pytest -n 2 tests/reviews/test_machine.py
PARTS = 4
# PostgreSQL has the same code before it, and is asked for fewer.
PATHS = int(os.environ.get("PATHS", "40" if "DATABASE_URL" in os.environ else "80"))
SEED = int(os.environ.get("PATHS_SEED", "20231201"))
COMMON = {
    "stateful_step_count": 5,
    "deadline": None,
    "database": None,
    "print_blob": False,
    "suppress_health_check": list(HealthCheck),
}


def run(made: World, number: int, *, start: int, phases: list[Phase], acts: Collection[str] = ()) -> None:
    rules = {name: getattr(value, RULE_MARKER) for name, value in vars(Path).items() if hasattr(value, RULE_MARKER)}
    # What is no rule of this machine may still be called by those that are.
    others = {name: rule.function for name, rule in rules.items() if acts and name not in acts}
    kind = seed(start)(type("Part", (Path,), {"world": made, **others}))
    chosen = settings(max_examples=number, phases=phases, report_multiple_bugs=False, **COMMON)
    run_state_machine_as_test(kind, settings=chosen)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_path_breaks_an_invariant(part: int, record_property: Callable[[str, Any], None]) -> None:
    made = world()

    batch = 0
    while made.paths < PATHS // PARTS:
        run(made, min(50, PATHS // PARTS), start=SEED + PARTS * batch + part, phases=[Phase.generate, Phase.shrink])
        batch += 1

    record_property("paths", made.summary())
    print(f"\npart {part}: {made.summary()}")
    assert made.attempts["done"] > made.paths
    if PATHS >= 2000:
        ends = {"approved", "rejected", "withdrawn", "revision_required", "modification_submitted"}
        assert len(ends - made.reached.keys()) <= 1, "paths that never get anywhere prove nothing"


# --- would it notice? ---------------------------------------------------------------------------------------------


def quorum_is_not_asked(patch: pytest.MonkeyPatch) -> None:
    unguard(patch, Review, "conclude", review_guards.quorum_met, review_guards.all_ballots_in)
    patch.setattr(agenda.AgendaItem, "quorum_refusals", nothing)


def recused_are_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(agenda.AgendaItem, "recused", lambda item: set())


def listed_activity_is_approved(patch: pytest.MonkeyPatch) -> None:
    kept = conclusion.conclude

    def without_list(review: Any, act: Any, **terms: Any) -> str:
        review.listed, listed = False, review.listed
        state = kept(review, act, **terms)
        review.listed = listed
        return state

    patch.setattr(conclusion, "conclude", without_list)


def chair_votes_for_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        opinion.Opinion, "capacities", lambda ballot, standing: {"voter"} if standing.person is not None else set()
    )


def clock_runs_on_after_withdrawal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Intake, "clock_runs", lambda review: False)


def opinions_bring_nothing_about(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(designation, "settle", nothing)


def silence_is_agreement(patch: pytest.MonkeyPatch) -> None:
    unguard(patch, Review, "conclude", simplified_guards.opinions_in, simplified_guards.of_one_mind)


# Each with the places from which, and the acts by which a path may meet it: that from anywhere else, and by others, it
# finds nothing is of no interest. No acts named: all of them.
CONCLUDING = ("it_goes_on_of_one_mind", "it_is_concluded_at_once")
BUGS: dict[Callable[[pytest.MonkeyPatch], None], tuple[tuple[str, ...], tuple[str, ...]]] = {
    quorum_is_not_asked: (
        ("five at the meeting", "at the meeting"),
        ("attendance_is_marked", "all_vote", "it_is_concluded_at_once"),
    ),
    recused_are_counted: (("at the meeting", "in review"), ()),
    listed_activity_is_approved: (("listed",), ("all_vote", *CONCLUDING)),
    chair_votes_for_others: (("at the meeting", "designated"), ("one_votes", "all_vote")),
    clock_runs_on_after_withdrawal: (("in review",), ("somebody_takes_what_is_theirs",)),
    opinions_bring_nothing_about: (("designated", "one has approved"), ("all_give", "one_votes")),
    silence_is_agreement: (("one has approved",), ("one_votes", *CONCLUDING)),
}


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_planted_bug_is_noticed(bug: Callable[[pytest.MonkeyPatch], None]) -> None:
    places, acts = BUGS[bug]
    made = world().beginning(*places)

    # Planted when the world is there, which may be one that is remembered.
    with pytest.MonkeyPatch.context() as patch:
        bug(patch)
        # What the machine does not see, the database does.
        with pytest.raises((AssertionError, IntegrityError)):
            run(made, 400, start=1, phases=[Phase.generate], acts=acts)

    assert made.paths < 400
