"""Listed activities among the others: what a regulator audits and registers. Each goes the whole way by the steps."""

from datetime import datetime, timedelta

from ethicsreview.accounts.models import Appointment, Authority, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.samples import rechecks
from reviews.samples.houses import House
from reviews.samples.journeys import Journey, Session
from reviews.samples.people import PASSWORD, appoint, person
from reviews.samples.stories import Story, title

TOGETHER = 6  # on one meeting
DEPARTMENT = "bench-health"


def department(region: str, now: datetime) -> tuple[Authority, Person]:
    """That of health of the whole province, and its regulator."""
    place = {"region": f"{region[:2]}0000", "level": Authority.Level.PROVINCE, "field": Authority.Field.HUMAN}
    found, made = Authority.objects.get_or_create(name=DEPARTMENT, defaults=place)
    if made:
        appoint(person(f"{DEPARTMENT}-regulator", "监管人员"), Role.REGULATOR, found, law_day(now - timedelta(days=30)))
    return found, Appointment.objects.get(body=found, role=Role.REGULATOR).person


def listed(house: House, number: int, now: datetime) -> None:
    """So many, re-checked with agreement, approved, their registration due; the last ones wait for their panel."""
    organisation, regulator = department(house.place.region, now)
    experts = rechecks.enlist(DEPARTMENT, "省", organisation, regulator, now - timedelta(days=30))
    for first in range(0, number, TOGETHER):
        own = range(first, min(first + TOGETHER, number))
        journeys = [_submitted(house, place, now).accept(**rechecks.LISTED) for place in own]
        agenda = [(journey, "approved") for journey in journeys]
        Session(
            house, "清单内科技活动审查会议", now - timedelta(days=12), now - timedelta(days=15), agenda
        ).plan().hold()
        for journey in journeys:
            recheck = rechecks.refer(journey, organisation)
            if journey is journeys[-1]:
                continue
            rechecks.sit(recheck, regulator, experts, journey.at, spoken=5)
            recheck.refresh_from_db()
            written = {"compliance": "程序合规。", "reasonableness": "判断合理。", "password": PASSWORD}
            recheck = perform(recheck, "conclude", by=regulator, at=now - timedelta(days=2), **written)
            perform(recheck, "deliver", by=regulator, at=now - timedelta(days=2))
            journey.review.refresh_from_db()
            journey.at = now - timedelta(days=1)
            journey.take("conclude_by_recheck", house.chair, password=PASSWORD)


def _submitted(house: House, place: int, now: datetime) -> Journey:
    told = rechecks.listed_story(0)
    story = Story(f"清单内活动：{title(place)}", told.field, told.answers, told.texts)
    lead = house.leads[place % len(house.leads)]
    return Journey(house, lead, story, now - timedelta(days=20)).begin().assess().apply().submit()
