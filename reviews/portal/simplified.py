"""The simplified procedure as the applicant reads it: why it applies, who has it and until when, what a turn means."""

from dataclasses import dataclass
from datetime import date, datetime

from reviews.models import Opinion, Review


@dataclass(frozen=True)
class ToldSimplified:
    """How many were designated and have given an opinion; who they are, the decision says."""

    cases: tuple[tuple[str, str], ...]
    designated: int
    given: int
    due_on: date | None


def told(review: Review, at: datetime) -> ToldSimplified | None:
    if not review.is_simplified:
        return None
    seats = review.reviewers
    return ToldSimplified(
        cases=tuple((str(words), cite) for words, cite in review.simplified_cases(at).values()),
        designated=len(seats),
        given=sum(seat.opinion.state == Opinion.State.CAST for seat in seats),
        due_on=max((seat.due_on for seat in seats), default=None),
    )


def turned(review: Review) -> list[tuple[str, str]]:
    """The grounds on which it went to a meeting, each with its article."""
    return review.conversion_grounds()
