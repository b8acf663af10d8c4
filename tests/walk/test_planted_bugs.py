"""Would the walk notice? A bug planted in a guard is found within a few steps of where it matters."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from reviews.models import ProjectMember, Recheck, Review
from reviews.models.following import proceeding
from reviews.models.meetings import agenda
from reviews.models.rechecks import panel
from reviews.models.reviewing import guards, recheck_guards
from reviews.rules import recheck_votes
from tests.reviews.builders import Case, case
from tests.reviews.following import GENERAL, approved, noon, reported
from tests.reviews.planting import nothing, unguard
from tests.reviews.recheck_builders import listed
from tests.walk.beginnings import Beginning, Size
from tests.walk.walking import Broken, Walk

pytestmark = pytest.mark.django_db
AT = noon(2026, 3, 2)
Patch = pytest.MonkeyPatch


def some_have_voted(path: Case, number: int, verdict: str = "approved") -> Case:
    for member in path.members[:number]:
        path.cast(member, verdict)
    return path


# --- quorum and votes ---------------------------------------------------------------------------------------------


def four_are_enough(patch: Patch) -> Beginning:
    unguard(patch, Review, "conclude", guards.quorum_met)
    path = some_have_voted(case(at=AT).opened(absent=2), 3)
    return Beginning("three of five have voted", path, Size(departures=1))


def the_recused_are_counted(patch: Patch) -> Beginning:
    patch.setattr(agenda.AgendaItem, "recused", lambda item: set())
    path = some_have_voted(case(at=AT).opened(absent=1), 4)
    return Beginning("four of six have voted", path, Size(departures=1))


def half_a_panel_is_enough(patch: Patch) -> Beginning:
    patch.setattr(recheck_votes.PanelFormula, "met", lambda formula, votes, whole: votes > 0 and votes * 2 >= whole)
    path = listed(at=AT).passed().begun().speak("agree", "agree", "disagree")
    return Beginning("three of five experts have spoken", path, Size(replaced=0))


# --- interests ----------------------------------------------------------------------------------------------------


def no_expert_has_an_interest(patch: Patch) -> Beginning:
    patch.setattr(panel, "grounds_of", lambda experts, recheck, at: {expert.pk: [] for expert in experts})
    path = listed(at=AT).passed().referred()
    ProjectMember.objects.create(project=path.project, person=path.experts[0].person, name="组员")
    return Beginning("a re-check is asked for", path, Size())


# --- the re-check -------------------------------------------------------------------------------------------------


def nobody_waits_for_the_opinion(patch: Patch) -> Beginning:
    unguard(patch, Review, "conclude_by_recheck", recheck_guards.recheck_delivered)
    path = listed(at=AT).passed().answered()
    return Beginning("the panel has agreed", path, Size())


def a_panel_of_four_begins(patch: Patch) -> Beginning:
    unguard(patch, Recheck, "begin", Recheck.panel_lawful)
    unguard(patch, Recheck, "conclude", Recheck.panel_lawful)
    path = listed(at=AT).passed().referred().paneled()
    path.seat_step(path.experts[4], "decline", ground="时间不便")
    path.accept(*path.experts[:4])
    return Beginning("four of five experts have accepted", path, Size(replaced=0))


# --- after the approval -------------------------------------------------------------------------------------------


def nothing_comes_of_a_follow_up(patch: Patch) -> Beginning:
    patch.setattr(proceeding, "_move_project", nothing)
    path = approved()
    reported(path, major_change="yes")
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting(absent=2)
    path.at += timedelta(minutes=1)
    return Beginning("a follow-up is voted on", some_have_voted(path, 4, "terminated"), Size())


BUGS = (
    four_are_enough,
    the_recused_are_counted,
    half_a_panel_is_enough,
    no_expert_has_an_interest,
    nobody_waits_for_the_opinion,
    a_panel_of_four_begins,
    nothing_comes_of_a_follow_up,
)


@pytest.mark.parametrize("plant", BUGS, ids=lambda plant: plant.__name__)
def test_planted_bug_is_noticed(plant: Callable[[Patch], Beginning]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        walk = Walk(plant(patch), most=40, offered_only=True)

        with pytest.raises(Broken) as found:
            walk.run()

    print(f"\nafter {walk.figures.states} situations: {found.value}")
