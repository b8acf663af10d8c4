"""AgendaItem 议程事项: a review at a meeting. Here quorum and votes are counted, by the pure rules."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from committees.kinds import Category
from committees.models import Membership, conflicts_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy
from reviews.models.meeting import Meeting, in_office, there
from reviews.models.opinion import Opinion
from reviews.models.project import project_facts
from reviews.rules.quorum import QuorumResult, quorum
from reviews.rules.votes import Formula, Outcome, tally


class AgendaItem(models.Model):
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items", verbose_name=_("会议"))
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="agenda_items", verbose_name=_("审查"))
    round = models.PositiveIntegerField(_("轮次"))
    position = models.PositiveIntegerField(_("序号"))
    presenter = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主审委员")
    )
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
        recused = dict(
            Opinion.objects.filter(review=self.review, state=Opinion.State.RECUSED).values_list(
                "person_id", "recusal_ground"
            )
        )
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
            # The record speaks Chinese, whatever language the secretary reads.
            with translation.override("zh-hans"):
                grounds = [str(ground) for ground in interests[membership.person.pk]]
            if membership.person.pk in recused:
                grounds.append(recused[membership.person.pk])
            if grounds:
                act.then(opinion, "recuse", ground="；".join(grounds)[:300])

    @cached_property
    def round_opinions(self) -> list[Opinion]:
        """Every ballot of the round as it stands, read once: guards of one step count them several ways."""
        rows = self.opinions.filter(round=self.round).select_related("person", "membership__appointment")
        return list(rows.defer("criteria", "concerns", "comment", "draft_answers").order_by("pk"))

    @cached_property
    def attendances(self) -> list[Any]:
        """Who is marked as there, read once."""
        return there(self.meeting)

    def recused(self) -> set[int]:
        return {ballot.person_id for ballot in self.round_opinions if ballot.state == Opinion.State.RECUSED}

    def quorum(self, at: datetime) -> QuorumResult:
        """Measures 14, counted after recusals."""
        policy = self.review.policy_at(at)
        return quorum(
            in_office(self.attendances, at),
            self.recused(),
            min_present=policy.value("meeting.quorum"),
            categories_required=policy.value("meeting.categories_required"),
        )

    def quorum_refusals(self, at: datetime) -> Iterator[Refusal]:
        """What is wanting, in words, with the article of the value that is not met."""
        yield from wanting(self.quorum(at), self.review.policy_at(at))

    def voters(self, at: datetime) -> set[int]:
        """Who attends this item: there, in office, and not recused."""
        return {attendee.person for attendee in in_office(self.attendances, at)} - self.recused()

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
        cast = [b for b in self.round_opinions if b.state == Opinion.State.CAST and b.person_id in voters]
        members = self.meeting.committee.voting_members_at(law_day(at)).values_list("appointment__person", flat=True)
        return tally(
            {ballot.person_id: ballot.verdict for ballot in cast},
            attending=voters,
            all_members=set(members),
            formulas=[Formula.from_value(entry.value) for entry in policy.entries("vote.formula")],
        )

    def roll(self, at: datetime) -> list[dict[str, Any]]:
        """The attendance as the decision keeps it: names as text, roles, presence, recusals."""
        recused = self.recused()
        rows = self.meeting.attendances.exclude(presence="").select_related("membership__appointment__person")
        return [
            {
                "name": row.membership.person.name,
                "role": row.membership.appointment.role,
                "category": row.membership.category,
                "presence": row.presence,
                "recused": row.membership.person.pk in recused,
            }
            for row in rows.order_by("membership__appointment__role", "pk")
        ]


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
    rows = Opinion.objects.filter(agenda_item__in=items, state=Opinion.State.RECUSED)
    for item_id, person_id in rows.values_list("agenda_item_id", "person_id"):
        recused[item_id].add(person_id)
    found = {}
    for item in items:
        policy = item.review.policy_at(at)
        result = quorum(
            present,
            recused[item.pk],
            min_present=policy.value("meeting.quorum"),
            categories_required=policy.value("meeting.categories_required"),
        )
        found[item.pk] = list(wanting(result, policy))
    return found
