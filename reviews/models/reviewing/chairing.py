"""When a vice-chair decides in the chair's place (Measures 14)."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from committees.models import conflicts_of
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.projects.interests import project_facts

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord


def chair_first(review: "ReviewRecord", held: Collection[str], words: str | Promise) -> Iterator[Refusal]:
    """Only where no chair is free of interest; `held`: in what capacities the person stands to the matter."""
    if "chair" in held or "vice_chair" not in held:
        return
    chairs = list(review.people("chairs"))
    interests = conflicts_of(chairs, project_facts(review.project))
    if any(not interests[chair.pk] for chair in chairs):
        yield Refusal("chair", words, cite="national:14")
