"""How far seeded reviews are taken, and the sessions that take them there by the steps."""

from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from reviews.models import Meeting
from reviews.samples.houses import House
from reviews.samples.journeys import Journey, Session
from reviews.samples.stories import Story, stories, title

AGENDA = 6  # reviews on one meeting


class Stage(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    FOLLOW_UP = "follow_up"


# How long ago the reviews of a stage were begun; a follow-up is near its day again.
BEGUN = MappingProxyType(
    {
        Stage.SUBMITTED: timedelta(days=4),
        Stage.IN_REVIEW: timedelta(days=12),
        Stage.DECIDED: timedelta(days=25),
        Stage.FOLLOW_UP: timedelta(days=350),
    }
)
# The meeting, so long after the first was begun.
MEETING_AFTER = timedelta(days=14, hours=3)
# Most first decisions ask for changes.
VERDICTS = ("modification_required", "approved", "modification_required", "rejected", "revision_required", "approved")


def walk(house: House, stage: Stage, *, numbers: range, leads: int, now: datetime) -> Meeting | None:
    """Reviews with these numbers, by the steps, on one meeting; it is None where the stage comes before one.

    `leads`: which of the house's leads is the first; each review has the next.
    """
    journeys = [
        _begun(house, stage, number, (leads + place) % len(house.leads), now) for place, number in enumerate(numbers)
    ]
    if stage == Stage.SUBMITTED:
        return None
    agenda = list(zip((journey.accept() for journey in journeys), _verdicts(stage), strict=False))
    starts_at = now - BEGUN[stage] + MEETING_AFTER
    name = f"{starts_at:%Y年%m月}第{numbers.start // AGENDA + 1}次会议"
    session = Session(house, name, starts_at, starts_at - timedelta(days=5), agenda).plan()
    return session.meeting if stage == Stage.IN_REVIEW else session.hold().meeting


def _verdicts(stage: Stage) -> tuple[str, ...]:
    return ("approved",) * AGENDA if stage == Stage.FOLLOW_UP else VERDICTS


def _begun(house: House, stage: Stage, number: int, lead: int, now: datetime) -> Journey:
    told = stories()[number % len(stories())]
    story = Story(title(number), told.field, told.answers, told.texts)
    # Some hours apart, so that their deadlines are not all on one day.
    at = now - BEGUN[stage] + timedelta(hours=19) * (number % AGENDA)
    return Journey(house, house.leads[lead], story, at).begin().assess().apply().submit()
