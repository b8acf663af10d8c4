"""A re-check as it lies on the desk: the docket with its clocks, the panel, the dossier, an expert's own opinion."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import StepView, open_steps, step_view
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.policy.catalogues import listed_items
from ethicsreview.policy.words import said
from ethicsreview.ui import keyset
from reviews.desk import content
from reviews.desk.access import Visitor
from reviews.desk.tasks import Task
from reviews.models import Opinion, Recheck, RecheckOpinion
from reviews.models.opinions.forms import ANSWERS, criteria_for
from reviews.models.reviewing.wording import verdict_word

if TYPE_CHECKING:
    from reviews.models import Decision

ROWS, SHORT = 30, 20
RELATED = (
    "authority",
    "centre",
    "opinion__meeting",
    "opinion__review",
    "report",
    "review__assessment",
    "review__committee",
    "review__project__institution",
    "review__project__lead",
    "submission",
)


def _task(text: str | Promise, step: str, model: Any = Recheck) -> Task:
    return Task(text, steps_of(model)[step].cite)


NEXT: dict[str, Task] = {
    Recheck.State.REQUESTED: _task(_("组成专家组"), "form_panel"),
    Recheck.State.PANEL_FORMED: _task(_("等待专家答复邀请"), "begin"),
    Recheck.State.IN_PROGRESS: _task(_("专家提交复核意见，形成复核意见"), "conclude"),
    Recheck.State.AGREED: _task(_("反馈复核意见"), "deliver"),
    Recheck.State.DISAGREED: _task(_("反馈复核意见"), "deliver"),
}
DONE = Task(_("无待办事项"))
MINE: dict[str, Task] = {
    RecheckOpinion.State.INVITED: _task(_("答复邀请：应邀、谢绝或者声明回避"), "accept", RecheckOpinion),
    RecheckOpinion.State.ASSIGNED: _task(_("审阅材料，提交复核意见"), "cast", RecheckOpinion),
}


@dataclass(frozen=True)
class Row:
    recheck: Recheck

    @property
    def task(self) -> Task:
        return NEXT.get(self.recheck.state, DONE)


@dataclass(frozen=True)
class SeatRow:
    seat: RecheckOpinion

    @property
    def task(self) -> Task:
        return MINE.get(self.seat.state, DONE)


@dataclass(frozen=True)
class Docket:
    page: "keyset.Page[Recheck]"

    def __iter__(self) -> Iterator[Row]:
        return (Row(recheck) for recheck in self.page.rows)

    def __bool__(self) -> bool:
        return bool(self.page.rows)


def docket(visitor: Visitor, state: str, cursor: str) -> Docket:
    """What the departments of this person have before them, due soonest first; by default what is open."""
    rows: QuerySet[Any] = Recheck.objects.visible_to(visitor.standing)
    rows = rows.filter(state=state) if state else rows.filter(state__in=Recheck.OPEN)
    if not visitor.keeps_experts:
        rows = rows.none()
    rows = rows.select_related("review__project__institution", "authority")
    return Docket(keyset.page(rows, by=["next_due_at", "pk"], cursor=cursor, size=ROWS))


def seats_of(visitor: Visitor) -> list[SeatRow]:
    """What this expert still has to answer or to give. One's own, which are visible to oneself."""
    rows = RecheckOpinion.objects.awaiting(visitor.person)
    return [SeatRow(seat) for seat in rows.select_related("recheck__review__project", "recheck__authority")[:SHORT]]


def given_by(visitor: Visitor) -> list[RecheckOpinion]:
    """The opinions this expert has given, the latest first."""
    rows = RecheckOpinion.objects.of_panel().filter(person=visitor.person, state=RecheckOpinion.State.CAST)
    return list(rows.select_related("recheck__review__project").order_by("-pk")[:SHORT])


class RecheckPage:
    """What one visitor may read of one re-check. Every part is read once, when it is drawn."""

    def __init__(self, recheck: Recheck, visitor: Visitor) -> None:
        self.recheck, self.visitor = recheck, visitor
        self.review = recheck.review

    @classmethod
    def open(cls, visitor: Visitor, ref: str) -> "RecheckPage":
        """Raises Http404 for what does not lie on this person's desk."""
        rows = Recheck.objects.visible_to(visitor.standing).select_related(*RELATED)
        recheck = rows.prefetch_related("review__project__members", "co_authorities").filter(ref=ref).first()
        if recheck is None:
            raise Http404(ref)
        recheck.submission.review = recheck.opinion.review = recheck.review
        visitor.looks_into(recheck)
        return cls(recheck, visitor)

    @cached_property
    def organises(self) -> bool:
        return self.visitor.standing.holds(Role.REGULATOR, body_id=self.recheck.authority_id)

    @property
    def sees_panel(self) -> bool:
        """Experts know with whom they sit; so does every department that may see the re-check."""
        return True

    @property
    def task(self) -> Task:
        return NEXT.get(self.recheck.state, DONE)

    @cached_property
    def steps(self) -> list[StepView]:
        if not self.organises:
            return []
        return open_steps(self.recheck, self.visitor.person, at=self.visitor.at, standing=self.visitor.standing)

    @cached_property
    def deadlines(self) -> list[Deadline]:
        return list(Deadline.objects.of(self.recheck).order_by("closed_at", "due_at", "pk"))

    # --- the panel ------------------------------------------------------------------------------------------------

    @cached_property
    def seats(self) -> list[RecheckOpinion]:
        """Everybody who was ever asked; what they said is drawn by `said` alone."""
        rows = self.recheck.seats.select_related("person", "expert__institution").order_by("pk")
        found = list(rows)
        for seat in found:
            seat.recheck = self.recheck
        return found

    @property
    def cast(self) -> int:
        return sum(bool(seat.vote) for seat in self.recheck.panel)

    @property
    def mine(self) -> RecheckOpinion | None:
        return next((seat for seat in self.seats if seat.person_id == self.visitor.person.pk and seat.sits), None)

    @cached_property
    def my_ballot(self) -> StepView | None:
        """My opinion while it may be written, with the draft in it. The vote is never drafted: it has no default."""
        mine = self.mine
        if (
            mine is None
            or mine.state != RecheckOpinion.State.ASSIGNED
            or self.recheck.state
            not in {
                Recheck.State.PANEL_FORMED,
                Recheck.State.IN_PROGRESS,
            }
        ):
            return None
        view = step_view(mine, "cast", self.visitor.person, at=self.visitor.at, standing=self.visitor.standing)
        view.form.initial = dict(mine.draft_answers)
        return view

    @property
    def recusal(self) -> str:
        return str(steps_of(RecheckOpinion)["recuse"].label)

    @property
    def said(self) -> list[RecheckOpinion]:
        """The opinions that this reader may read: one's own; after the report, all for who organised it."""
        return [
            seat for seat in self.seats if seat.vote and seat.readable_by(self.visitor.person, organises=self.organises)
        ]

    # --- the dossier: what was applied for, the preliminary opinion, what else (Measures 27) -----------------------

    @property
    def listed_names(self) -> list[str]:
        names = {item.key: said(item) for item in listed_items(self.review.accepted_at or self.visitor.at)}
        return [names.get(key, key) for key in self.review.listed_items]

    @property
    def concluded_of_risk(self) -> list[tuple[str, str]]:
        return [(said(item), item.cite) for item in self.review.assessment.conclusions.items]

    @property
    def sections(self) -> list[content.Section]:
        return content.sections(self.recheck.submission, self.review.assessment.conclusions)

    @property
    def papers(self) -> list[content.Paper]:
        return content.papers(self.recheck.submission)

    @property
    def preliminary(self) -> "Decision":
        return self.recheck.opinion

    @property
    def members_said(self) -> list[tuple[str, list[tuple[str, str, str]], str]]:
        """The committee's ballots of the round, without names: the vote, the answers by criterion, the comment."""
        rows = Opinion.objects.filter(
            review=self.review,
            round=self.preliminary.round,
            state=Opinion.State.CAST,
            agenda_item__dropped_at=None,
        )
        answers = {str(key): str(label) for key, label in ANSWERS}
        asked = criteria_for(self.review)
        return [
            (
                verdict_word(row.verdict, listed=True),
                [
                    (said(one), answers.get(given["answer"], given["answer"]), given["note"])
                    for one in asked
                    if (given := row.criteria.get(one.key))
                ],
                row.comment,
            )
            for row in rows.order_by("pk")
        ]

    @cached_property
    def minutes(self) -> str:
        """Minutes that speak of other activities too are those activities' as well, and stay with the committee."""
        meeting = self.preliminary.meeting
        if meeting is None or meeting.items.filter(dropped_at=None).exclude(review=self.review).exists():
            return ""
        return str(meeting.minutes)
