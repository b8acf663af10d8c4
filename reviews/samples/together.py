"""A collaboration of the demonstration: one unit has confirmed, others are asked, and the picture shows who is out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ethicsreview.lifecycle.door import perform
from reviews.models import Collaboration, Participation
from reviews.models.collaborations.joining import start_collaboration
from reviews.samples.houses import House
from reviews.samples.journeys import PAUSE, Journey
from reviews.samples.stories import Story, stories

TITLE = "三省五地社区老年人听力筛查与干预的多中心研究"
GROUND = "对牵头单位审查意见的确认"


def shared_story() -> Story:
    """One that several units carry out, led here."""
    told = next(story for story in stories() if story.answers["risk_level"] == "above_minimal")
    role = {"several_units_take_part": True, "unit_role": "lead"}
    return replace(told, title=TITLE, answers={**told.answers, **role})


def gather(journey: Journey, houses: Sequence[House]) -> Collaboration:
    """The lead unit invites; every unit but the last joins."""
    collaboration = start_collaboration(journey.project, by=journey.lead, at=journey.at)
    refs = "\n".join(house.institution.ref for house in houses)
    note = "承担本地的招募和随访"
    collaboration = perform(collaboration, "invite", by=journey.lead, at=_later(journey), units=refs, note=note)
    for house in houses[:-1]:
        terms = {"local_lead": house.leads[0].username}
        perform(part_of(collaboration, house), "join", by=house.officer, at=_later(journey), **terms)
    return collaboration


def confirm(collaboration: Collaboration, house: House, at: datetime, reviewers: tuple[int, int] = (2, 3)) -> Journey:
    """The unit's own committee agrees, by the simplified procedure."""
    part, local = part_of(collaboration, house), house.leads[0]
    perform(part, "begin_confirmation", by=local, at=at, committee=house.committee.ref)
    part = part_of(collaboration, house)
    journey = Journey(house, local, shared_story(), at + PAUSE)
    assert part.project is not None
    assert part.review is not None
    journey.project, journey.review, journey.assessment = part.project, part.review, part.review.assessment
    journey.write()
    journey.submit()
    terms = {"procedure": "simplified", "procedure_ground": GROUND, "listed": "no"}
    journey.take("accept", house.secretary, **terms)
    journey.designate(*reviewers, days=9)
    for place in reviewers:
        journey.give(place)
    return journey


def part_of(collaboration: Collaboration, house: House) -> Participation:
    found: Participation = collaboration.participations.get(institution=house.institution)
    return found


def _later(journey: Journey) -> datetime:
    journey.at += PAUSE
    return journey.at
