"""Beginning an amendment, and what its being handed in brings about; every face begins one here."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ethicsreview.accounts.models import Person
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.door import perform

if TYPE_CHECKING:
    from reviews.models.projects.project import Project
    from reviews.models.reviewing.record import ReviewRecord


def start_amendment(project: "Project", *, by: Person, at: datetime | None = None) -> Any:
    """A draft amendment of what is in force. Raises as `perform` does: Refused where one is open already."""
    begun = perform(project, "begin_amendment", by=by, at=at)
    return begun.reviews.filter(amends=begun.in_force).order_by("-pk").first()


def handed_in(review: "ReviewRecord", act: Act) -> None:
    """Measures 20: what was changed at once, to remove an immediate hazard, is told to the committee at once."""
    urgent = review.amendment.urgent
    act.record(amends=review.amends.digest if review.amends else "", parts=review.amendment.parts, urgent=urgent)
    if urgent:
        told = [*review.people("secretaries"), *review.people("chairs"), *review.people("officers")]
        act.tell("review.urgent_change", told, done_on=urgent["done_on"], text=urgent["text"])
