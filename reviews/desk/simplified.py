"""The simplified procedure as the desk shows it: who was designated, how far they are, why it went to a meeting."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.dateparse import parse_datetime

from reviews.desk.access import Visitor, reviews_on_table
from reviews.models import Meeting, MeetingReport, Opinion, Review
from reviews.models.projects.parties import COMMITTEE_CAPACITIES
from reviews.models.reviewing.designation import STATES


@dataclass(frozen=True)
class Charged:
    """A designated member: that they have given an opinion or still owe it, never what it says."""

    name: str
    state: str
    due_on: date
    given: bool


@dataclass(frozen=True)
class Panel:
    """`cases`: what let it take the procedure, each with its article. `charged` is empty before the designation."""

    cases: list[tuple[str, str]]
    charged: list[Charged]

    @property
    def given(self) -> int:
        return sum(one.given for one in self.charged)


@dataclass(frozen=True)
class Conversion:
    at: datetime | None
    grounds: list[tuple[str, str]]
    waits: bool


def panel(review: Review, at: datetime, *, on_table: bool) -> Panel | None:
    """None where the review does not run by this procedure. Names are for the committee's side."""
    if not review.is_simplified:
        return None
    charged = [
        Charged(
            seat.person.name,
            str(STATES[seat.opinion.state]),
            seat.due_on,
            given=seat.opinion.state == Opinion.State.CAST,
        )
        for seat in (review.reviewers if on_table else ())
    ]
    cases = [(str(words), cite) for words, cite in review.simplified_cases(at).values()]
    return Panel(cases, charged)


def conversion(review: Review) -> Conversion | None:
    if not review.conversion:
        return None
    waits = review.state in {Review.State.ACCEPTED, Review.State.IN_REVIEW} and review.item is None
    return Conversion(parse_datetime(review.conversion["at"]), review.conversion_grounds(), waits)


def reports(meeting: Meeting, visitor: Visitor) -> list[MeetingReport]:
    """What the meeting is told, or was, as far as the reader may know of it: in three queries."""
    rows = MeetingReport.objects.on_agenda_of(meeting)
    if not rows:
        return []
    sits = visitor.standing.holds(*COMMITTEE_CAPACITIES, body_id=meeting.committee_id)
    visible = reviews_on_table(visitor.standing) if sits else visitor.reviews()
    seen = set(visible.filter(pk__in=[row.decision.review_id for row in rows]).values_list("pk", flat=True))
    return [row for row in rows if row.decision.review_id in seen]


def outstanding_reports(visitor: Visitor, most: int) -> list[MeetingReport]:
    """What the person's committees are still to be told, oldest first."""
    standing = visitor.standing
    rows = MeetingReport.objects.filter(
        committee__in=standing.bodies(*COMMITTEE_CAPACITIES),
        meeting=None,
        decision__review__in=reviews_on_table(standing).values("pk"),
    )
    return list(rows.select_related("decision__review__project", "committee").order_by("pk")[:most])
