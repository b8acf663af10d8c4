"""Where a walk begins, who takes part, and how small the world is in which it is exhaustive."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ethicsreview.accounts.models import Person, Role
from reviews.models import FollowUp, Opinion, Project, Recheck, RecheckOpinion, Review
from reviews.models.applying import start_meeting
from tests.committees.builders import authority, holder, institution, keeper_of
from tests.reviews import invariants
from tests.reviews.builders import Case, case, with_password
from tests.reviews.following import approved, noon
from tests.reviews.picture import Picture, Witness
from tests.reviews.recheck_builders import Listed, listed
from tests.walk import joint
from tests.walk.joint import GONE, alive
from tests.walk.moves import ReviewsTried
from tests.walk.place import MINUTE, Joint, Terms, Tried, a_stranger_sees_nothing

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
    """A place to walk from, around one activity; `ends` is where another beginning goes on."""

    everybody: ClassVar[frozenset[str]] = frozenset(
        {"confirm_modification", "determine_exception", "conclude_by_exception"}
    )
    hidden: ClassVar[tuple[Any, ...]] = (Project, Review, Opinion, FollowUp, Recheck, RecheckOpinion)
    elsewhere: ClassVar[frozenset[str]] = frozenset({"meeting"})

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

    def picture(self, at: datetime) -> Picture:
        return Picture(self.project.pk, self.path.committee.pk, at)

    def witnessed(self, at: datetime) -> Witness:
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

    def tried(self, seen: Picture) -> Tried:
        return ReviewsTried(self, seen)

    def joint(self, seen: Picture) -> Joint:
        return joint.joint(seen)

    def is_over(self, seen: Picture) -> bool:
        """What is approved is followed up for ever: an end is wherever another review can begin."""
        return True

    def hold(self, seen: Picture, witness: Witness) -> None:
        invariants.hold(seen, witness)

    def at_the_door(
        self, seen: Picture, after: Picture, obj: Any, step: str, person: Person, terms: Terms, witness: Witness
    ) -> Witness:
        assert step != "cast" or obj.person == person, "somebody spoke for another"
        if isinstance(obj, Opinion) and step == "cast":
            key = (obj.review.ref, obj.round, obj.person.username)
            meeting = next(m for r in seen.reviews if r.id == obj.review_id and (m := seen.meeting_of(r)))
            has_one = obj.person_id in seen.there(meeting) and obj.person_id not in seen.interested
            assert has_one, "a vote was taken of one who has none"
            assert key not in witness.cast, "somebody voted twice"
            return replace(witness, cast={**witness.cast, key: terms["verdict"]})
        if isinstance(obj, RecheckOpinion) and step == "cast":
            return replace(witness, spoken={**witness.spoken, (obj.recheck.ref, person.username): terms["vote"]})
        refs = {recheck.id: recheck.ref for recheck in after.rechecks}
        gone = {(refs[seat.recheck_id], seat.ref) for seat in after.panels if seat.state in GONE}
        return replace(witness, left=witness.left | gone) if gone - witness.left else witness

    def besides(self, seen: Picture) -> Iterator[tuple[str, Callable[[], Any]]]:
        known = alive(seen)
        if len(known) >= self.size.meetings or any(one.state == "open" or seen.marked(one) for one in known):
            return
        if any(review.state in {"accepted", "in_review"} for review in seen.reviews):
            at, by = seen.at + MINUTE, self.people["secretary"]
            terms = {"title": "会议", "starts_at": at + timedelta(hours=1), "at": at}
            yield "secretary plans a meeting", lambda: start_meeting(self.path.committee, by=by, **terms)

    def next_end(self, seen: Picture) -> tuple[str, datetime | None]:
        """A meeting is one day."""
        if any(one.state == "open" or seen.marked(one) for one in alive(seen)):
            return "", None
        return joint.next_end(seen)

    def nothing_leaks(self, seen: Picture, turn: int) -> None:
        a_stranger_sees_nothing(self, seen, turn)

    def look_around(self, seen: Picture, turn: int) -> None:
        pass


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
