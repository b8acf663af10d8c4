"""Where a walk begins, who takes part, and how small the world is in which it is exhaustive."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ethicsreview.accounts.models import Person, Role
from reviews.models import Project
from tests.committees.builders import authority, holder, institution, keeper_of
from tests.reviews.builders import Case, case, with_password
from tests.reviews.following import approved, noon
from tests.reviews.recheck_builders import Listed, listed

# The seats of the smallest lawful committee: chair, vice-chair (both peers), ethics, law, other, and two more peers.
FIVE = frozenset({0, 1, 2, 3, 4})
SIX = FIVE | {5}
WITHOUT_LAW = frozenset({0, 1, 2, 4, 5})
WITHOUT_CHAIR = frozenset({1, 2, 3, 4, 5})
FOUR = frozenset({0, 1, 2, 3})


@dataclass(frozen=True)
class Size:
    """What is tried of all that could be. Every order of it is walked."""

    # Who may be marked as there before a meeting is opened, by the number of the seat.
    rolls: tuple[frozenset[int], ...] = (FIVE,)
    # How many different verdicts the ballots of one round may hold: one, or one beside a passing one.
    divided: bool = False
    abstentions: int = 1
    # How many members may stand back from a matter or leave while it is dealt with.
    departures: int = 0
    # How many experts may leave the panel.
    replaced: int = 1
    # How many meetings may be planned or open at a time.
    meetings: int = 1


@dataclass
class Beginning:
    """A place to walk from; `ends` is where another beginning goes on."""

    name: str
    path: Case
    size: Size
    ends: Callable[[Any], bool] = lambda seen: False
    people: dict[str, Person] = field(default_factory=dict)
    outsiders: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path = self.path
        members = path.members
        self.members = members
        self.people = {
            "lead": path.lead,
            "secretary": path.secretary,
            "chair": path.chair,
            "vice_chair": members[1],
            "member": members[4],
            "officer": with_password(keeper_of(path.committee)),
        }
        elsewhere = institution("510100")
        self.outsiders = {
            f"{role} elsewhere": holder(role, elsewhere)
            for role in (Role.SECRETARY, Role.INSTITUTION_OFFICER, Role.RESEARCHER)
        }
        if isinstance(path, Listed):
            self.people["organiser"] = path.organiser
            self.people["expert"] = path.experts[0].person
        else:
            self.outsiders["regulator elsewhere"] = holder(Role.REGULATOR, authority("510000"))

    @property
    def project(self) -> Project:
        return self.path.project

    @property
    def at(self) -> datetime:
        return self.path.at


def the_meeting(size: Size | None = None) -> Beginning:
    """An application has been handed in, and a meeting is planned. Ends where an approved activity is followed up."""
    path = case(at=noon(2026, 3, 2)).submitted()
    path.planned()
    chosen = size or Size(rolls=(FOUR, FIVE, SIX, WITHOUT_LAW, WITHOUT_CHAIR), divided=True, departures=1, meetings=2)
    return Beginning("the meeting", path, chosen, ends=followed_up)


def the_recheck(size: Size | None = None) -> Beginning:
    """A listed activity has passed preliminarily. Ends where it is followed up."""
    path = listed(at=noon(2026, 3, 2)).passed()
    return Beginning("the re-check", path, size or Size(), ends=followed_up)


def after_the_approval(size: Size | None = None) -> Beginning:
    """An approved activity with its first follow-up scheduled; the next one after that is where it began."""
    return Beginning("after the approval", approved(), size or Size())


def followed_up(seen: Any) -> bool:
    return any(one.state == "due" for one in seen.follow_ups)


BEGINNINGS = (the_meeting, the_recheck, after_the_approval)
