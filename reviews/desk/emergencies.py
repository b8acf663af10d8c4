"""What the desk shows of an emergency, of a review under it, and of a committee's readiness for one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.dateparse import parse_datetime

from committees.models import Committee
from ethicsreview.deadlines.models import Deadline
from reviews.desk.access import Visitor
from reviews.models import EmergencyEvent, FieldAdvice, Review
from reviews.models.reviewing.urgent_guards import knows

MOST = 20


@dataclass(frozen=True)
class Figures:
    """Counts alone: which reviews they are, is for those who may see them."""

    accepted: int
    decided: int
    general: int
    late: int


def figures(event: EmergencyEvent, visitor: Visitor) -> Figures | None:
    """For who supervises the event; two queries."""
    if not event.capacities(visitor.standing) & {"regulator", "operator"}:
        return None
    counted: dict[str, int] = event.reviews.aggregate(
        accepted=Count("pk"),
        decided=Count("pk", filter=Q(procedure=Review.Procedure.EMERGENCY, concluded_at__isnull=False)),
        general=Count("pk", filter=~Q(procedure=Review.Procedure.EMERGENCY)),
    )
    clocks = Deadline.objects.filter(object_kind=Review.noun, kind="review.decision", unit="hours")
    late = clocks.filter(object_ref__in=event.reviews.values("ref"), breached_at__isnull=False).count()
    return Figures(late=late, **counted)


def reviews_of(event: EmergencyEvent, visitor: Visitor) -> "QuerySet[Review]":
    """Those of its reviews that lie on the visitor's desk, due soonest first."""
    rows: Any = visitor.reviews().filter(event=event)
    return rows.select_related("project").due_first()[:MOST]


@dataclass(frozen=True)
class Urgency:
    """A review under an emergency, as its page shows it."""

    event: EmergencyEvent
    tier: str
    hours: int
    advice: list[FieldAdvice]
    in_field: bool | None


def urgency(review: Review, at: datetime, *, on_table: bool) -> Urgency | None:
    """None where it does not run by the emergency procedure. What advisers said is the committee's own."""
    if not review.is_urgent:
        return None
    event = EmergencyEvent.objects.select_related("authority").get(pk=review.event_id)
    advice = list(review.field_advice.select_related("person")) if on_table else []
    return Urgency(event, review.tier_word, review.urgent_hours(review.policy_at(at)), advice, None)


@dataclass(frozen=True)
class Lapsed:
    at: datetime | None
    reason: str


def lapsed(review: Review) -> Lapsed | None:
    if not review.lapse:
        return None
    return Lapsed(parse_datetime(review.lapse["at"]), review.lapse["reason"])


@dataclass(frozen=True)
class Readiness:
    """A committee's emergency system: what it lacks, what it has."""

    lacking: list[Any]
    drills: list[Any]
    roster: list[Any]


def readiness(committee: Committee, at: datetime) -> Readiness:
    lacking = list(committee.emergency_lacks(committee.policy(committee.regimes, at), at))
    roster = committee.on_call.filter(delisted_at=None).select_related("membership__appointment__person")
    return Readiness(lacking, list(committee.emergency_drills.all()[:3]), list(roster))


__all__ = ["Figures", "Lapsed", "Readiness", "Urgency", "figures", "knows", "lapsed", "readiness", "urgency"]
