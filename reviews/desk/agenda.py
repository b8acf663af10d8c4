"""The agenda of a meeting as one person may see it: items, ballots counted but not read, what could be added."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import Refusal
from reviews.desk.access import Visitor, reviews_on_table
from reviews.desk.forecast import Outlook, outlooks
from reviews.desk.simplified import reports
from reviews.models import AgendaItem, Attendance, Decision, Meeting, MeetingReport, Opinion, Review
from reviews.models.meetings.agenda import shortfalls

CANDIDATES = 20
RELATED = ("review__project__lead", "review__committee", "review__assessment", "presenter__appointment__person")


@dataclass(frozen=True)
class Ballots:
    """How many of those who attend have voted, and who has not. Never how."""

    cast: int
    out: list[str]
    recused: int

    @property
    def total(self) -> int:
        return self.cast + len(self.out)

    @property
    def all_in(self) -> bool:
        return self.cast > 0 and not self.out


@dataclass(frozen=True)
class Item:
    item: AgendaItem
    ballots: Ballots | None
    short: list[Refusal]
    decision: Decision | None

    @property
    def review(self) -> Review:
        return self.item.review


class Agenda:
    def __init__(self, meeting: Meeting, visitor: Visitor) -> None:
        self.meeting, self.visitor = meeting, visitor

    @property
    def keeps(self) -> bool:
        """Whether the visitor is the committee's secretary, who builds the agenda."""
        return self.visitor.standing.holds(Role.SECRETARY, body_id=self.meeting.committee_id)

    @property
    def is_planned(self) -> bool:
        return self.meeting.state == Meeting.State.PLANNED

    @property
    def in_session(self) -> bool:
        return self.meeting.state == Meeting.State.OPEN

    @property
    def attendance_waits(self) -> bool:
        """Whether nobody is entered as present yet, on the page of somebody who does not enter it."""
        awaited = self.is_planned or self.in_session
        return awaited and not self.keeps and not any(row.presence in Attendance.THERE for row in self.attendances)

    @cached_property
    def attendances(self) -> list[Attendance]:
        rows = self.meeting.attendances.select_related("membership__appointment__person")
        return list(rows.order_by("membership__appointment__role", "pk"))

    @cached_property
    def items(self) -> list[Item]:
        """Without those that the visitor may not see: an interest in a matter ends what one knows of it."""
        rows = list(self.meeting.items_for(self.visitor.standing).select_related(*RELATED))
        if not rows:
            return []
        for row in rows:
            row.review.committee = self.meeting.committee
        ballots = {} if self.is_planned else self._ballots(rows)
        decided = {} if self.is_planned else self._decided(rows)
        short = shortfalls(self.meeting, rows, self.visitor.at) if self.in_session else {}
        return [
            Item(
                item=row,
                ballots=ballots.get(row.pk),
                short=short.get(row.pk, []),
                decision=decided.get((row.review_id, row.round)),
            )
            for row in rows
        ]

    @cached_property
    def candidates(self) -> list[Review]:
        """Reviews of the committee that wait for a meeting, due soonest first: accepted, or gone to one."""
        rows: Any = reviews_on_table(self.visitor.standing)
        rows = rows.filter(
            committee=self.meeting.committee,
            waiting_for="secretary",
            state__in=[Review.State.ACCEPTED, Review.State.IN_REVIEW],
        )
        rows = rows.select_related("project__lead", "committee", "assessment")
        return list(rows.due_first()[:CANDIDATES])

    @cached_property
    def reports(self) -> list[MeetingReport]:
        """Approvals by the simplified procedure that the meeting is told of."""
        return reports(self.meeting, self.visitor)

    @cached_property
    def outlooks(self) -> dict[int, Outlook]:
        """What each review on the agenda, and each that could be put there, would lack on the day."""
        shown = [item.review for item in self.items]
        return outlooks(self.meeting, [*shown, *self.candidates], self.visitor.at)

    @property
    def items_ahead(self) -> list[tuple[Item, Outlook | None]]:
        return [(item, self.outlooks.get(item.review.pk)) for item in self.items]

    @property
    def candidates_ahead(self) -> list[tuple[Review, Outlook]]:
        return [(review, self.outlooks[review.pk]) for review in self.candidates]

    def _ballots(self, rows: list[AgendaItem]) -> dict[int, Ballots]:
        """Of the members who attend."""
        there = {row.membership_id for row in self.attendances if row.presence in Attendance.THERE and not row.left_at}
        day = law_day(self.visitor.at)
        opinions = Opinion.objects.filter(agenda_item__in=rows).select_related("membership__appointment", "person")
        found: dict[int, tuple[list[str], list[str], list[str]]] = {row.pk: ([], [], []) for row in rows}
        for one in opinions.order_by("pk").defer("verdict", "criteria", "concerns", "comment", "draft_answers"):
            assert one.agenda_item_id is not None
            cast, out, recused = found[one.agenda_item_id]
            if one.state == Opinion.State.CAST:
                cast.append(one.person.name)
            elif one.state == Opinion.State.RECUSED:
                recused.append(one.person.name)
            elif one.membership_id in there and one.membership.covers(day):
                out.append(one.person.name)
        return {key: Ballots(len(cast), out, len(recused)) for key, (cast, out, recused) in found.items()}

    def _decided(self, rows: list[AgendaItem]) -> dict[tuple[int, int], Decision]:
        kept = Decision.objects.filter(review__in=[row.review_id for row in rows], meeting=self.meeting)
        return {(one.review_id, one.round): one for one in kept.filter(basis=Decision.Basis.MEETING).order_by("pk")}
