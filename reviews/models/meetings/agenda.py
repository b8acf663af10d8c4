"""AgendaItem 议程事项: a review at a meeting. Here quorum and votes are counted, by the pure rules."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from committees.kinds import Category
from committees.models import Membership, conflicts_of, ground_kept
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy
from reviews.models.meetings.meeting import Attendance, Meeting, categories_of, in_office, there
from reviews.models.opinions.opinion import Opinion
from reviews.models.projects.interests import project_facts
from reviews.rules.quorum import Attendee, QuorumResult, quorum
from reviews.rules.votes import Formula, Outcome, tally, verdicts_of


class AgendaItem(models.Model):
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items", verbose_name=_("会议"))
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="agenda_items", verbose_name=_("审查"))
    round = models.PositiveIntegerField(_("轮次"))
    position = models.PositiveIntegerField(_("序号"))
    presenter = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主审委员")
    )
    # Of the discussion of this item; the meeting's own minutes hold what concerns no item.
    minutes = models.TextField(_("会议记录"), blank=True, editable=False)
    # Moved to another meeting, voted on anew, or withdrawn.
    dropped_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("议程事项")
        verbose_name_plural = _("议程事项")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "round"],
                condition=models.Q(dropped_at=None),
                name="agenda_one_place_a_round",
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.review}"

    @property
    def concluded(self) -> bool:
        return self.review.decisions.filter(round=self.round).exists()

    def drop(self, at: datetime) -> None:
        self.dropped_at = at
        self.save(update_fields=["dropped_at"])

    def give_ballots(self, act: Act) -> None:
        """An opinion to write for each voting member who has none yet; with an interest, a recusal instead."""
        having = set(self.opinions.filter(round=self.round).values_list("person_id", flat=True))
        rows = Opinion.objects.filter(review=self.review, state=Opinion.State.RECUSED)
        recused = {
            person: (ground, grounds)
            for person, ground, grounds in rows.values_list("person_id", "recusal_ground", "recusal_grounds")
        }
        members = self.meeting.committee.voting_members_at(law_day(max(act.at, self.meeting.starts_at)))
        interests = conflicts_of([member.person for member in members], project_facts(self.review.project))
        for membership in members:
            if membership.person.pk in having:
                continue
            opinion = Opinion(
                review=self.review,
                agenda_item=self,
                round=self.round,
                membership=membership,
                person=membership.person,
                next_due_at=self.meeting.starts_at,
            )
            act.create(opinion)
            grounds = [ground_kept(ground) for ground in interests[membership.person.pk]]
            before = recused.get(membership.person.pk)
            if before is not None:
                # A computed ground of an earlier round, if it still holds, is computed again.
                grounds += [one for one in before[1] if one not in grounds]
            if grounds or before is not None:
                act.then(opinion, "recuse", ground=before[0] if before else "", grounds=grounds)

    @cached_property
    def round_opinions(self) -> list[Opinion]:
        """Every ballot of the round as it stands, read once: guards of one step count them several ways."""
        return BALLOTS(item=self.pk, round=self.round)

    @cached_property
    def attendances(self) -> list[Any]:
        """Who is marked as there, read once."""
        return there(self.meeting)

    @property
    def ballots_cast(self) -> list[Opinion]:
        return [ballot for ballot in self.round_opinions if ballot.state == Opinion.State.CAST]

    def attendees(self, at: datetime) -> list[Any]:
        """There and in office; and whoever has voted on this item, even if they have left or their term has ended
        since: a ballot lawfully cast stays in the count."""
        return [*in_office(self.attendances, at), *having_voted(self.ballots_cast)]

    def recused(self) -> set[int]:
        return {ballot.person_id for ballot in self.round_opinions if ballot.state == Opinion.State.RECUSED}

    def quorum(self, at: datetime) -> QuorumResult:
        """Measures 14, counted after recusals."""
        policy = self.review.policy_at(at)
        return quorum(
            self.attendees(at),
            self.recused(),
            min_present=policy.value("meeting.quorum"),
            categories_required=policy.value("meeting.categories_required"),
        )

    def quorum_refusals(self, at: datetime) -> Iterator[Refusal]:
        """What is wanting, in words, with the article of the value that is not met."""
        yield from wanting(self.quorum(at), self.review.policy_at(at))

    def voters(self, at: datetime) -> set[int]:
        """Who attends this item, and is not recused."""
        return {attendee.person for attendee in self.attendees(at)} - self.recused()

    def ballots_out(self, at: datetime) -> list[Opinion]:
        """Ballots of members who attend and have not voted."""
        present = {row.membership.appointment.person_id for row in self.attendances}
        return [
            ballot
            for ballot in self.round_opinions
            if ballot.state == Opinion.State.ASSIGNED
            and ballot.person_id in present
            and ballot.membership.covers(law_day(at))
        ]

    def tally(self, at: datetime) -> Outcome:
        """The votes, by each formula that applies (Measures 16; Human Measures 22)."""
        policy, voters = self.review.policy_at(at), self.voters(at)
        members = VOTERS(committee=self.meeting.committee_id, day=law_day(at))
        return tally(
            {ballot.person_id: ballot.verdict for ballot in self.ballots_cast},
            attending=voters,
            all_members={*members, *voters},
            formulas=[Formula.from_value(entry.value) for entry in policy.entries("vote.formula")],
            verdicts=verdicts_of(self.review.kind),
        )

    def roll(self, at: datetime) -> list[dict[str, Any]]:
        """The attendance as the decision keeps it: names as text, roles, presence, recusals."""
        recused, voted = self.recused(), {ballot.person_id for ballot in self.ballots_cast}
        rows = self.meeting.attendances.exclude(presence="").select_related("membership__appointment__person")
        return [
            {
                "name": row.membership.person.name,
                "role": row.membership.appointment.role,
                "category": row.membership.category,
                "presence": Attendance.LEFT if row.left_at and row.membership.person.pk not in voted else row.presence,
                "recused": row.membership.person.pk in recused,
            }
            for row in rows.order_by("membership__appointment__role", "pk")
        ]


ON_AGENDA = Prepared(
    lambda: (
        AgendaItem.objects.filter(review=Given("review"), round=Given("round"), dropped_at=None)
        .select_related("meeting__presider__appointment__person")
        .order_by("position", "pk")
    )
)
BALLOTS = Prepared(
    lambda: (
        Opinion.objects.filter(agenda_item=Given("item"), round=Given("round"))
        .select_related("person", "membership__appointment")
        .defer("criteria", "concerns", "comment", "draft_answers")
        .order_by("pk")
    )
)
VOTERS = Prepared(
    lambda: (
        Membership.objects.filter(committee=Given("committee"))
        .on(Given("day"))
        .voting()
        .values_list("appointment__person", flat=True)
    )
)


def having_voted(ballots: Iterable[Opinion]) -> list[Attendee]:
    return [Attendee(person=one.person_id, categories=categories_of(one.membership)) for one in ballots]


def wanting(result: QuorumResult, policy: Policy) -> Iterator[Refusal]:
    """What a count lacks of a quorum, in words, with the article of the value that is not met."""
    for finding in result.findings:
        cite = policy.entry(finding.key).cite
        if finding.code == "category_missing":
            category = dict(Category.choices).get(str(finding.params["category"]), "")
            words = {"category": category or finding.params["category"]}
            yield Refusal(finding.code, _("到会委员中没有“%(category)s”类别的委员"), words, cite)
        else:
            yield Refusal(finding.code, _("到会委员%(present)d人，少于%(required)d人"), finding.params, cite)


def shortfalls(meeting: Meeting, items: Iterable[AgendaItem], at: datetime) -> dict[int, list[Refusal]]:
    """What each item lacks of a quorum after its recusals, by its key: in two queries for the whole agenda."""
    items = list(items)
    present = in_office(there(meeting), at)
    recused: dict[int, set[int]] = {item.pk: set() for item in items}
    cast: dict[int, list[Opinion]] = {item.pk: [] for item in items}
    rows = Opinion.objects.filter(agenda_item__in=items, state__in=[Opinion.State.RECUSED, Opinion.State.CAST])
    for ballot in rows.select_related("membership").defer(
        "verdict", "criteria", "concerns", "comment", "draft_answers"
    ):
        if ballot.state == Opinion.State.CAST:
            cast[ballot.agenda_item_id].append(ballot)
        else:
            recused[ballot.agenda_item_id].add(ballot.person_id)
    found = {}
    for item in items:
        policy = item.review.policy_at(at)
        result = quorum(
            [*present, *having_voted(cast[item.pk])],
            recused[item.pk],
            min_present=policy.value("meeting.quorum"),
            categories_required=policy.value("meeting.categories_required"),
        )
        found[item.pk] = list(wanting(result, policy))
    return found
