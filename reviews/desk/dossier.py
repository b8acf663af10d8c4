"""One review as it lies open on the desk: who, what, until when; what the reader may know of the committee's work."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import StepView, open_steps, step_view
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.policy.catalogues import listed_items
from ethicsreview.policy.words import said
from reviews.desk import content
from reviews.desk.access import Visitor, with_side
from reviews.desk.tasks import Task, next_task, still_to_confirm
from reviews.models import Decision, Opinion, Review
from reviews.models.opinion_forms import ANSWERS, criteria_for
from reviews.models.parties import CAPACITIES
from reviews.models.starting import condition_text
from reviews.rules.conclusions import Conclusions

RELATED = (
    "project__lead",
    "project__institution",
    "committee",
    "assessment",
    "submission",
)
VOTED = (Opinion.State.CAST, Opinion.State.RECUSED)
# Who of a committee has steps on a review at all: others need not be asked.
HANDLERS = ("secretary", "chair", "vice_chair")


@dataclass(frozen=True)
class Progress:
    """How far the ballots of this round are: never what they say."""

    cast: list[str]
    out: list[str]
    recused: int

    @property
    def total(self) -> int:
        return len(self.cast) + len(self.out)


@dataclass(frozen=True)
class OpinionShown:
    opinion: Opinion
    criteria: list[tuple[str, str, str]]


@dataclass(frozen=True)
class DecisionShown:
    """`letter` is the reference of its letter; empty while a worker is still setting it."""

    decision: Decision
    letter: str
    revoked: bool

    @property
    def conditions(self) -> list[tuple[str, str]]:
        return [(condition_text(one), one["cite"]) for one in self.decision.conditions]


class Dossier:
    """What one visitor may read of one review. Every part is read once, when it is drawn."""

    def __init__(self, review: Review, visitor: Visitor) -> None:
        self.review, self.visitor = review, visitor

    @classmethod
    def open(cls, visitor: Visitor, ref: str) -> "Dossier":
        """Raises Http404 for what does not lie on this person's desk."""
        rows = with_side(visitor.reviews(), visitor.standing).select_related(*RELATED)
        review = rows.prefetch_related("project__members").filter(ref=ref).first()
        if review is None:
            raise Http404(ref)
        if review.submission is not None:
            review.submission.review = review
        dossier = cls(review, visitor)
        if dossier.on_table:
            review.not_recused.add(visitor.person.pk)
        return dossier

    @property
    def on_table(self) -> bool:
        """Whether the visitor reads it as one of the committee, and not as an officer or a regulator."""
        return bool(self.review.on_table)  # type: ignore[attr-defined]  # annotated by `open`

    @property
    def task(self) -> Task:
        return next_task(self.review)

    @property
    def unconfirmed(self) -> list[str]:
        if self.review.state != Review.State.MODIFICATION_SUBMITTED:
            return []
        return [str(CAPACITIES[side]) for side in still_to_confirm(self.review)]

    # --- what was handed in ---------------------------------------------------------------------------------------

    @cached_property
    def conclusions(self) -> Conclusions:
        return self.review.assessment.conclusions

    @property
    def concluded_of_risk(self) -> list[tuple[str, str]]:
        return [(said(item), item.cite) for item in self.conclusions.items]

    @property
    def sections(self) -> list[content.Section]:
        version = self.review.submission
        return content.sections(version, self.conclusions) if version else []

    @property
    def papers(self) -> list[content.Paper]:
        return content.papers(self.review.submission) if self.review.submission else []

    @property
    def listed_names(self) -> list[str]:
        names = {item.key: said(item) for item in listed_items(self.review.accepted_at or self.visitor.at)}
        return [names.get(key, key) for key in self.review.listed_items]

    # --- time and outcome -----------------------------------------------------------------------------------------

    @cached_property
    def deadlines(self) -> list[Deadline]:
        return list(Deadline.objects.of(self.review).order_by("closed_at", "due_at", "pk"))

    @cached_property
    def decisions(self) -> list[DecisionShown]:
        if self.review.concluded_at is None:
            return []
        letters = Letter.objects.filter(number=OuterRef("number")).order_by("pk")
        rows = self.review.decisions.select_related("submission").annotate(
            letter_ref=Subquery(letters.values("ref")[:1]),
            letter_revoked=Subquery(letters.values("revocation__at")[:1]),
        )
        return [DecisionShown(row, row.letter_ref or "", row.letter_revoked is not None) for row in rows]

    # --- the committee's work -------------------------------------------------------------------------------------

    @cached_property
    def opinions(self) -> list[Opinion]:
        """Of the committee's side alone. Their content is shown by `mine` and `opened` only."""
        if not self.on_table:
            return []
        rows = self.review.opinions.filter(agenda_item__dropped_at=None)
        rows = rows.select_related("person", "membership__appointment", "agenda_item__meeting__presider__appointment")
        found = list(rows.order_by("-round", "membership__appointment__role", "pk"))
        for opinion in found:
            opinion.review = self.review
        return found

    @property
    def this_round(self) -> list[Opinion]:
        return [one for one in self.opinions if one.round == self.review.round]

    @property
    def progress(self) -> Progress | None:
        if not self.this_round:
            return None
        by_state: dict[str, list[str]] = {state: [] for state in Opinion.State.values}
        for one in self.this_round:
            by_state[one.state].append(one.person.name)
        return Progress(
            by_state[Opinion.State.CAST], by_state[Opinion.State.ASSIGNED], len(by_state[Opinion.State.RECUSED])
        )

    @property
    def mine(self) -> Opinion | None:
        return next((one for one in self.this_round if one.person_id == self.visitor.person.pk), None)

    @cached_property
    def my_ballot(self) -> StepView | None:
        """My ballot while it may be written, with the draft in it. The verdict is never drafted: it has no default."""
        mine = self.mine
        if mine is None or mine.state != Opinion.State.ASSIGNED or self.review.state != Review.State.IN_REVIEW:
            return None
        view = step_view(mine, "cast", self.visitor.person, at=self.visitor.at, standing=self.visitor.standing)
        view.form.initial = dict(mine.draft_answers)
        return view

    @property
    def recusal(self) -> str:
        return str(steps_of(Opinion)["recuse"].label)

    @property
    def my_opinion(self) -> OpinionShown | None:
        mine = self.mine
        return self._read(mine) if mine is not None and mine.state == Opinion.State.CAST else None

    @property
    def opened(self) -> list[OpinionShown]:
        """Every ballot of the rounds that are decided; those of a round that is not stay sealed."""
        decided = {shown.decision.round for shown in self.decisions}
        return [self._read(one) for one in self.opinions if one.round in decided and one.state == Opinion.State.CAST]

    def _read(self, opinion: Opinion) -> OpinionShown:
        answers: dict[str, Any] = {str(key): label for key, label in ANSWERS}
        lines = [
            (said(one), str(answers.get(given["answer"], given["answer"])), given["note"])
            for one in self._criteria
            if (given := opinion.criteria.get(one.key))
        ]
        return OpinionShown(opinion, lines)

    @cached_property
    def _criteria(self) -> Any:
        return criteria_for(self.review)

    @cached_property
    def steps(self) -> list[StepView]:
        standing = self.visitor.standing
        if not self.on_table or not standing.holds(*HANDLERS, body_id=self.review.committee_id):
            return []
        return open_steps(self.review, self.visitor.person, at=self.visitor.at, standing=standing)
