"""One review as it lies open on the desk: who, what, until when; what the reader may know of the committee's work."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.ending import Ending
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import StepView, open_steps, step_view
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.policy.catalogues import listed_items
from ethicsreview.policy.words import said
from reviews.desk import amendments, content
from reviews.desk.access import Visitor
from reviews.desk.emergencies import Lapsed, Urgency, lapsed, urgency
from reviews.desk.reading import OPENED, OPINIONS, SEEN
from reviews.desk.simplified import Conversion, Panel, conversion, panel
from reviews.desk.tasks import next_task, still_to_confirm
from reviews.models import Decision, Opinion, Review
from reviews.models.collaborations.joining import reference_for
from reviews.models.opinions.forms import ANSWERS, CONCERN_ANSWERS, concerns_asked, criteria_for
from reviews.models.projects.parties import CAPACITIES
from reviews.models.projects.starting import condition_text
from reviews.models.reviewing.wording import verdict_word
from reviews.oversight.scope import audits
from reviews.rules.conclusions import Conclusions

# Who of a committee has steps on a review at all: others need not be asked.
HANDLERS = ("secretary", "chair", "vice_chair")
COLLEAGUES = (*HANDLERS, "member")


@dataclass(frozen=True)
class Progress:
    """How far the ballots of this round are: never what they say."""

    cast: tuple[str, ...]
    out: tuple[str, ...]
    recused: int

    @property
    def total(self) -> int:
        return len(self.cast) + len(self.out)


@dataclass(frozen=True)
class Head:
    """What stands above every page of a review."""

    ref: str
    title: str
    kind: str
    procedure: str
    state: str
    state_label: str
    listed: bool
    urgent: bool
    lead: str
    institution: str
    committee: str
    holder: str
    unconfirmed: tuple[str, ...]
    task: str
    cite: str
    due: Ending | None


@dataclass(frozen=True)
class Asked:
    """What is reviewed, and why in this procedure. `listed` is None before the committee has said."""

    concluded: tuple[tuple[str, str], ...]
    listed: bool | None
    listed_names: tuple[str, ...]
    listed_reason: str
    procedure_ground: str


@dataclass(frozen=True)
class Papers:
    ref: str
    number: int
    sealed_at: datetime | None
    papers: tuple[content.Paper, ...]


@dataclass(frozen=True)
class OpinionShown:
    opinion: Opinion
    criteria: list[tuple[str, str, str]]

    @property
    def verdict(self) -> str:
        return verdict_word(self.opinion.verdict, listed=self.opinion.review.needs_recheck)


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
        seen = SEEN(visitor.standing, ref=ref)
        if not seen:
            raise Http404(ref)
        ((key, on_table),) = seen
        review = OPENED(review=key)[0]
        review.on_table = on_table
        if review.submission is not None:
            review.submission.review = review
        dossier = cls(review, visitor)
        visitor.looks_into(review)
        if dossier.on_table:
            review.judged_by(visitor.person)
        return dossier

    @cached_property
    def audited(self) -> bool:
        """Whether the visitor supervises the case."""
        return audits(self.review, self.visitor.standing)

    @property
    def on_table(self) -> bool:
        """Whether the visitor reads it as one of the committee, and not as an officer or a regulator."""
        return bool(self.review.on_table)  # type: ignore[attr-defined]  # as `open` found it

    @cached_property
    def collaboration(self) -> str:
        """The reference of the collaboration that the activity leads or is part of; empty where it is none. One query,
        and none for an activity of one unit."""
        if self.conclusions.several_units == "single":
            return ""
        return reference_for(self.review.project)

    @property
    def head(self) -> Head:
        review, task = self.review, next_task(self.review)
        return Head(
            ref=review.ref,
            title=review.project.title,
            kind=str(review.get_kind_display()),
            procedure=str(review.get_procedure_display()) if review.procedure else "",
            state=review.state,
            state_label=str(review.get_state_display()),
            listed=bool(review.listed),
            urgent=review.is_urgent,
            lead=review.project.lead.name,
            institution=review.project.institution.name,
            committee=review.committee.name,
            holder=review.holder,
            unconfirmed=tuple(self.unconfirmed),
            task=str(task.text),
            cite=task.cite,
            due=Ending.on(review.next_due_at, self.visitor.at, in_hours=review.is_urgent)
            if review.next_due_at
            else None,
        )

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
    def asked(self) -> Asked:
        review = self.review
        names = {item.key: said(item) for item in listed_items(review.accepted_at or self.visitor.at)}
        return Asked(
            concluded=tuple((said(item), item.cite) for item in self.conclusions.items),
            listed=review.listed,
            listed_names=tuple(names.get(key, key) for key in review.listed_items),
            listed_reason=review.listed_reason,
            procedure_ground=review.procedure_ground,
        )

    @property
    def sections(self) -> list[content.Section]:
        version = self.review.submission
        if self.review.kind == Review.Kind.FOLLOW_UP:
            return content.reported(self.review)
        return content.sections(version, self.conclusions) if version else []

    @property
    def papers(self) -> Papers:
        version = self.review.submission
        if version is None:
            return Papers(self.review.ref, 0, None, ())
        return Papers(self.review.ref, version.number, version.sealed_at, tuple(content.papers(version)))

    @cached_property
    def told(self) -> Any:
        """What an amendment says of itself; None of any other review."""
        return amendments.told(self.review)

    # --- time and outcome -----------------------------------------------------------------------------------------

    @cached_property
    def deadlines(self) -> list[Deadline]:
        return list(Deadline.objects.of(self.review).order_by("closed_at", "due_at", "pk"))

    @cached_property
    def decisions(self) -> list[DecisionShown]:
        if self.review.concluded_at is None:
            return []
        letters = Letter.objects.filter(number=OuterRef("number")).order_by("pk")
        rows = self.review.decisions.select_related("submission", "report__meeting").annotate(
            letter_ref=Subquery(letters.values("ref")[:1]),
            letter_revoked=Subquery(letters.values("revocation__at")[:1]),
        )
        return [DecisionShown(row, row.letter_ref or "", row.letter_revoked is not None) for row in rows]

    @cached_property
    def recheck(self) -> Any:
        """The latest re-check, once the unit has applied for one."""
        if self.review.listed is not True or self.review.concluded_at is None:
            return None
        return self.review.rechecks.select_related("authority", "report").order_by("-pk").first()

    # --- the committee's work -------------------------------------------------------------------------------------

    @cached_property
    def opinions(self) -> list[Opinion]:
        """Of the committee's side alone. Their content is shown by `mine` and `opened` only."""
        if not self.on_table:
            return []
        found = OPINIONS(review=self.review.pk)
        item = self.review.item
        for opinion in found:
            opinion.review = self.review
            if item is not None and opinion.agenda_item_id == item.pk:
                opinion.agenda_item = item
        if item is not None:
            # The ballots are read once: the guards of the steps count the same ones.
            item.round_opinions = sorted(
                (one for one in found if one.agenda_item_id == item.pk and one.round == item.round),
                key=lambda one: one.pk,
            )
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
            tuple(by_state[Opinion.State.CAST]),
            tuple(by_state[Opinion.State.ASSIGNED]),
            len(by_state[Opinion.State.RECUSED]),
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
        last = max(decided, default=0)
        return [
            self._read(one)
            for one in self.opinions
            # What was said before it went to a meeting is opened by the meeting's decision.
            if (one.round in decided or (one.designation_id and one.round <= last)) and one.state == Opinion.State.CAST
        ]

    def _read(self, opinion: Opinion) -> OpinionShown:
        answers: dict[str, Any] = {str(key): label for key, label in ANSWERS}
        lines = [
            (said(one), str(answers.get(given["answer"], given["answer"])), given["note"])
            for one in self._criteria
            if (given := opinion.criteria.get(one.key))
        ]
        if opinion.concerns:
            words = concerns_asked(self.review)
            lines += [(words.get(key, key), str(CONCERN_ANSWERS[1][1]), note) for key, note in opinion.concerns.items()]
        return OpinionShown(opinion, lines)

    @cached_property
    def _criteria(self) -> Any:
        return criteria_for(self.review)

    @cached_property
    def panel(self) -> Panel | None:
        return panel(self.review, self.visitor.at, on_table=self.on_table)

    @cached_property
    def conversion(self) -> Conversion | None:
        return conversion(self.review)

    @cached_property
    def urgency(self) -> Urgency | None:
        return urgency(self.review, self.visitor.at, on_table=self.on_table)

    @property
    def lapsed(self) -> Lapsed | None:
        return lapsed(self.review)

    @property
    def claimed(self) -> bool:
        """The lead says that it is urgent, and nobody has accepted it yet."""
        return self.review.state == Review.State.SUBMITTED and self.review.claims_urgency

    @cached_property
    def steps(self) -> list[StepView]:
        standing = self.visitor.standing
        asked = COLLEAGUES if self.review.is_simplified else HANDLERS
        if self.review.is_urgent:
            asked = (*HANDLERS, "adviser")
        handles = self.on_table and standing.holds(*asked, body_id=self.review.committee_id)
        # The unit itself has one thing to do: to apply for the re-check of what passed preliminarily.
        applies = self.review.state == Review.State.PRELIMINARILY_PASSED and standing.holds(
            Role.INSTITUTION_OFFICER, body_id=self.review.project.institution_id
        )
        if not handles and not applies:
            return []
        assert self.opinions is not None  # read before the guards ask for the same
        return open_steps(self.review, self.visitor.person, at=self.visitor.at, standing=standing)
