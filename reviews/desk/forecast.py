"""Before a meeting: what each review on its agenda, or that could be put there, would lack on that day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from committees import composition
from committees.findings import refusal
from committees.models import Membership, ProjectFacts, conflicts_in, undeclared
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models import Attendance, Meeting, Opinion, Review
from reviews.models.meetings.agenda import wanting
from reviews.models.meetings.meeting import categories_of
from reviews.models.projects.interests import facts_of
from reviews.rules.quorum import Attendee, quorum


@dataclass(frozen=True)
class Interest:
    """A member who may not judge the matter; `recused` once that is recorded."""

    name: str
    grounds: list[Refusal]
    recused: bool


@dataclass(frozen=True)
class Outlook:
    """How a review stands for the meeting. `coming` have said so, `unknown` have not answered; both without the
    recused. `silent`: who has no declaration of interests that counts on that day, and is not counted as sure. `short`:
    what is lacking even if everyone comes who has not declined; `unsure`: what is lacking if
    only those come who said so.
    """

    coming: int
    unknown: int
    short: list[Refusal]
    unsure: list[Refusal]
    interests: list[Interest]
    composition: list[Refusal]
    silent: list[str]

    @property
    def is_possible(self) -> bool:
        return not self.short and not self.composition

    @property
    def is_sure(self) -> bool:
        return self.is_possible and not self.unsure


def outlooks(meeting: Meeting, reviews: Iterable[Review], at: datetime) -> dict[int, Outlook]:
    """By the review's key; in as many queries for twenty reviews as for one."""
    reviews = list(reviews)
    if not reviews:
        return {}
    day = law_day(meeting.starts_at)
    seats = list(meeting.committee.voting_members_at(day))
    replies = dict(meeting.attendances.values_list("membership_id", "reply"))
    recused = _recused(reviews)
    interests = conflicts_in([seat.person for seat in seats], _facts(reviews))
    committee = meeting.committee.facts(day)
    silent = undeclared(meeting.committee, [seat.person for seat in seats], meeting.starts_at)
    found = {}
    for review in reviews:
        policy = review.policy_at(at)
        grounds, gone = interests[review.pk], recused.get(review.pk, set())
        free = [seat for seat in seats if seat.person.pk not in gone and not grounds[seat.person.pk]]
        willing = [seat for seat in free if replies.get(seat.pk) != Attendance.Reply.DECLINED]
        replied = [seat for seat in free if replies.get(seat.pk) == Attendance.Reply.COMING]
        coming = [seat for seat in replied if seat.person.pk not in silent]
        short, unsure = (
            quorum(
                _attendees(there),
                (),
                min_present=policy.value("meeting.quorum"),
                categories_required=policy.value("meeting.categories_required"),
            )
            for there in (willing, coming)
        )
        rules = meeting.committee.policy(review.regimes, meeting.starts_at)
        lawful = composition.check(committee, rules, regimes=review.regimes, day=day)
        found[review.pk] = Outlook(
            coming=len(coming),
            unknown=len(willing) - len(coming),
            short=list(wanting(short, policy)),
            unsure=list(wanting(unsure, policy)),
            interests=[
                Interest(seat.person.name, grounds[seat.person.pk], seat.person.pk in gone)
                for seat in seats
                if grounds[seat.person.pk] or seat.person.pk in gone
            ],
            silent=[seat.person.name for seat in willing if seat.person.pk in silent],
            composition=[refusal(finding) for finding in lawful if finding.blocks],
        )
    return found


def _attendees(seats: Iterable[Membership]) -> list[Attendee]:
    return [Attendee(person=seat.person.pk, categories=categories_of(seat)) for seat in seats]


def _recused(reviews: list[Review]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    rows = Opinion.objects.filter(review__in=reviews, state=Opinion.State.RECUSED)
    for review_id, person_id in rows.values_list("review_id", "person_id"):
        found.setdefault(review_id, set()).add(person_id)
    return found


def _facts(reviews: list[Review]) -> dict[int, ProjectFacts]:
    facts = facts_of([review.project for review in reviews])
    return {review.pk: facts[review.project_id] for review in reviews}
