"""Designation 指定承办委员: a member charged with a review in the simplified procedure (Measures 23), for one round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from committees.models import Membership, conflicts_of, undeclared
from ethicsreview.accounts.models import Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Entry, Policy
from reviews.models.absences.absence import away
from reviews.models.opinions.opinion import Opinion
from reviews.models.projects.interests import project_facts
from reviews.models.reviewing.timing import end_of_day
from reviews.rules.simplified import Given, triggers, unanimous

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord

# What an opinion's states are called where a designated member gives it.
STATES = {
    Opinion.State.ASSIGNED: _("待出具"),
    Opinion.State.CAST: _("已出具"),
    Opinion.State.RECUSED: _("已回避，须另行指定"),
}
GIVE = "opinion.give"  # the deadline by which a designated member gives the opinion


class Designation(models.Model):
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="designations", verbose_name=_("审查"))
    round = models.PositiveIntegerField(_("轮次"))
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("承办委员"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="designations")
    due_on = models.DateField(_("出具意见的期限"))
    designated_by = models.CharField(_("指定人"), max_length=100)
    designated_at = models.DateTimeField(_("指定时间"))
    # Another member took their place. What they had given stays as it was, and counts no more.
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_reason = models.CharField(_("更换理由"), max_length=2000, blank=True, editable=False)

    class Meta:
        verbose_name = _("承办委员")
        verbose_name_plural = _("承办委员")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "round", "person"],
                condition=models.Q(ended_at=None),
                name="designation_once_a_round",
            )
        ]

    def __str__(self) -> str:
        return f"{self.review} {self.person}"

    def end(self, reason: str, act: Act) -> None:
        self.ended_at, self.ended_reason = act.at, reason
        self.save(update_fields=["ended_at", "ended_reason"])
        act.cancel(GIVE, on=self.opinion)

    def unfit(self, at: datetime, grounds: Iterable[Refusal]) -> list[Refusal]:
        """Why the opinion of this member may not count at this moment: seat lost, an interest, a recusal."""
        found = list(grounds)
        if not self.membership.covers(law_day(at)):
            words = {"name": self.person.name, "day": self.membership.appointment.ends}
            found.append(Refusal("reviewer_term", _("承办委员%(name)s的任期已于%(day)s届满"), words, "national:7"))
        if self.opinion.state == Opinion.State.RECUSED:
            found.append(
                Refusal("reviewer_recused", _("承办委员%(name)s已回避"), {"name": self.person.name}, "national:8")
            )
        return found

    if TYPE_CHECKING:
        opinion: Any


@dataclass(frozen=True)
class Candidate:
    """A member who could be designated. `busy`: opinions they still owe. `grounds`: why they may not judge it.
    `away`: the last day of an absence that runs.
    """

    membership: Membership
    busy: int
    grounds: list[Refusal]
    away: date | None = None

    @property
    def key(self) -> str:
        return str(self.membership.pk)

    @property
    def until(self) -> date | None:
        return self.membership.appointment.ends


def candidates(review: "ReviewRecord", at: datetime) -> list[Candidate]:
    """The voting members in office, with what each has in hand and what stands in their way. Seven queries."""
    seats = list(review.committee.voting_members_at(law_day(at)).order_by("pk"))
    people = [seat.person for seat in seats]
    grounds = conflicts_of(people, project_facts(review.project))
    recused = Opinion.objects.filter(review_id=review.pk, state=Opinion.State.RECUSED)
    gone = set(recused.values_list("person_id", flat=True))
    silent = undeclared(review.committee, people, at)
    gone_until = away(review.committee, law_day(at), law_day(at))
    owed = Opinion.objects.live().filter(person__in=people).values_list("person_id")
    busy = dict(owed.annotate(number=models.Count("pk")).order_by())
    return [
        Candidate(
            seat,
            busy.get(seat.person.pk, 0),
            [
                *grounds[seat.person.pk],
                *([_recused(seat.person)] if seat.person.pk in gone else []),
                *([silent[seat.person.pk]] if seat.person.pk in silent else []),
            ],
            gone_until[seat.person.pk].ends_on if seat.person.pk in gone_until else None,
        )
        for seat in seats
    ]


def _recused(person: Person) -> Refusal:
    return Refusal("reviewer_recused", _("%(name)s已回避"), {"name": person.name}, "national:8")


def reviewers_needed(review: "ReviewRecord", policy: Policy) -> Entry:
    """Measures 23, Human Measures 31: so many members at least; of a follow-up, what its own rule says if more."""
    keys = ["simplified.reviewers_min"]
    if review.kind == review.Kind.FOLLOW_UP and policy.has("follow_up.reviewers_min"):
        keys.append("follow_up.reviewers_min")
    return max((policy.entry(key) for key in keys), key=lambda entry: entry.value)


def designate(review: "ReviewRecord", members: Iterable[Membership], due_on: date, act: Act) -> None:
    """Charge the members, each with an opinion to give by the end of a day. Part of the review's own step."""
    policy, told = review.policy_at(act.at), []
    for membership in members:
        seat = Designation.objects.create(
            review_id=review.pk,
            round=review.round,
            membership=membership,
            person=membership.person,
            due_on=due_on,
            designated_by=act.actor.name,
            designated_at=act.at,
        )
        opinion = Opinion(
            review_id=review.pk,
            designation=seat,
            round=review.round,
            membership=membership,
            person=membership.person,
        )
        act.create(opinion)
        act.start(
            GIVE,
            on=opinion,
            label=_("出具审查意见（简易程序）"),
            due_at=end_of_day(due_on),
            citation=policy.entry("simplified.reviewers_min").cite,
            person=membership.person,
            body=review.committee_id,
            ladder=ladder(policy, "reminders.decision"),
            escalate_to=levels(policy, (Role.CHAIR, review.committee_id), (Role.SECRETARY, review.committee_id)),
        )
        told.append(membership.person)
    act.tell("review.designated", told, due=due_on.isoformat())


def given_by(opinions: Iterable[Opinion]) -> list[Given]:
    """The opinions that are cast, as the rules read them."""
    return [_given(opinion) for opinion in opinions if opinion.state == Opinion.State.CAST]


def _given(opinion: Opinion) -> Given:
    fails = any(answer["answer"] == "fails" for answer in opinion.criteria.values())
    return Given(opinion.verdict, frozenset(opinion.concerns), fails)


def settle(opinion: Opinion, act: Act) -> None:
    """What an opinion brings about once it is cast (Measures 24): a meeting, or, with the last approval, the turn of
    chair and secretary. Part of the step that casts it.
    """
    review = opinion.review
    others = [seat.opinion for seat in review.reviewers if seat.opinion.pk != opinion.pk]
    given = [*given_by(others), _given(opinion)]
    if pulled := triggers(given):
        act.by_rule(review, "convert_to_meeting", triggers=list(pulled))
    elif unanimous(given, len(others) + 1):
        act.by_rule(review, "opinions_complete")
