"""What a review's page asks of the database: whether the visitor may see it, the review, its opinions."""

from typing import Any

from django.db.models import Exists, OuterRef

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline
from reviews.desk.access import reviews_at_desk, with_side
from reviews.models import Opinion, Review

RELATED = (
    "project__lead",
    "project__institution",
    "committee",
    "assessment",
    "submission",
    "amends__review",
    "follows",
)
# No page of the desk shows these of a person or an institution.
PERSON_UNREAD = tuple(
    field.attname for field in Person._meta.concrete_fields if field.attname not in {"id", "name", "username"}
)
UNREAD = (
    *(f"project__lead__{name}" for name in PERSON_UNREAD),
    *(f"project__institution__{name}" for name in ("kind", "name_en", "uscc", "type", "parent")),
    *(f"project__{name}" for name in ("source_ref", "source_note", "funding", "starts_on", "ends_on")),
    "assessment__answers",
)
CLOCK = Exists(
    Deadline.objects.open().filter(kind="review.decision", object_kind=Review.noun, object_ref=OuterRef("ref"))
)


def _seen(standing: Standing) -> Any:
    rows: Any = with_side(reviews_at_desk(standing), standing)
    return rows.filter(ref=Given("ref")).values_list("pk", "on_table")


SEEN = PreparedFor(_seen)
# What was found at the visitor's desk, by its key.
OPENED = Prepared(
    lambda: Review.objects.filter(pk=Given("review")).select_related(*RELATED).defer(*UNREAD).annotate(clock=CLOCK)
)
OPINIONS = Prepared(
    lambda: (
        Opinion.objects.filter(review=Given("review"), agenda_item__dropped_at=None, designation__ended_at=None)
        .select_related("person", "membership__appointment")
        .defer(*(f"person__{name}" for name in PERSON_UNREAD))
        .order_by("-round", "membership__appointment__role", "pk")
    )
)
