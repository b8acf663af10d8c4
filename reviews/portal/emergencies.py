"""What the applicant's pages say of emergencies: which are in force, and under which a review runs."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from reviews.models import EmergencyEvent, Review

MOST = 5


@dataclass(frozen=True)
class ToldUrgency:
    event: EmergencyEvent
    tier: str
    hours: int


@dataclass(frozen=True)
class ToldLapse:
    at: datetime | None
    reason: str


def in_force(region: str, at: datetime) -> list[EmergencyEvent]:
    """The gravest matter is for the committee to say; here the newest come first."""
    return list(EmergencyEvent.objects.in_force(at).covering(region).select_related("authority").order_by("-pk")[:MOST])


def told(review: Review, at: datetime) -> ToldUrgency | None:
    if not review.is_urgent or review.event is None:
        return None
    return ToldUrgency(review.event, review.tier_word, review.urgent_hours(review.policy_at(at)))


def lapsed(review: Review) -> ToldLapse | None:
    return ToldLapse(parse_datetime(review.lapse["at"]), review.lapse["reason"]) if review.lapse else None
