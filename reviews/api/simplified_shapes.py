"""How a review by the simplified procedure meets machines: why, who was designated, why it was left."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from reviews.api.access import Viewer
from reviews.api.shapes import Citation
from reviews.models import Review
from reviews.models.projects.parties import COMMITTEE_CAPACITIES


class SimplifiedCase(BaseModel):
    """What lets a review take the simplified procedure."""

    text: str
    citation: Citation | None


class ReviewerLine(BaseModel):
    """A designated member and the day by which they give their opinion; for the committee's own people."""

    member: str
    due_on: date
    state: str
    designation: int


class ConversionShape(BaseModel):
    """Why, when and in which round the simplified procedure was left for a meeting."""

    at: datetime
    round: int
    grounds: list[SimplifiedCase]


class SimplifiedShape(BaseModel):
    running: bool
    cases: list[SimplifiedCase]
    reviewers: list[ReviewerLine]
    conversion: ConversionShape | None

    @classmethod
    def of(cls, review: Review, viewer: Viewer) -> Self | None:
        """None where the review never had to do with it."""
        if not review.is_simplified and not review.conversion:
            return None
        cases = review.simplified_cases(viewer.at).values() if review.is_simplified else ()
        sees = bool(review.capacities(viewer.standing) & set(COMMITTEE_CAPACITIES))
        return cls(
            running=review.is_simplified,
            cases=[SimplifiedCase(text=str(words), citation=Citation.of(cite)) for words, cite in cases],
            reviewers=[
                ReviewerLine(member=seat.person.name, due_on=seat.due_on, state=seat.opinion.state, designation=seat.pk)
                for seat in (review.reviewers if sees and review.is_simplified else ())
            ],
            conversion=ConversionShape(
                at=review.conversion["at"],
                round=review.conversion["round"],
                grounds=[
                    SimplifiedCase(text=text, citation=Citation.of(cite)) for text, cite in review.conversion_grounds()
                ],
            )
            if review.conversion
            else None,
        )
