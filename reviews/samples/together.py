"""What several units of the demonstration do together: a collaboration under way, and an entrustment in force."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Alliance, Collaboration, Decision, Entrustment, Participation, Recognition
from reviews.models.collaborations.joining import start_collaboration
from reviews.models.entrustments.entrusting import hand_in_agreement, start_entrustment
from reviews.models.recognitions.recognising import found_alliance, start_recognition
from reviews.models.reviewing import lettering
from reviews.samples.houses import House
from reviews.samples.journeys import PAUSE, Journey
from reviews.samples.people import PASSWORD, appoint, person
from reviews.samples.stories import Story, stories

TITLE = "三省五地社区老年人听力筛查与干预的多中心研究"
RECOGNISED = "社区老年人听力干预依从性的问卷研究（互认）"
GROUND = "对牵头单位审查意见的确认"


def shared_story() -> Story:
    """One that several units carry out, led here."""
    told = next(story for story in stories() if story.answers["risk_level"] == "above_minimal")
    role = {"several_units_take_part": True, "unit_role": "lead"}
    return replace(told, title=TITLE, answers={**told.answers, **role})


def gather(journey: Journey, houses: Sequence[House]) -> Collaboration:
    """The lead unit invites; every unit joins."""
    collaboration = start_collaboration(journey.project, by=journey.lead, at=journey.at)
    collaboration = invite(collaboration, houses, by=journey.lead, at=_later(journey))
    for house in houses:
        terms = {"local_lead": house.leads[0].username}
        perform(part_of(collaboration, house), "join", by=house.officer, at=_later(journey), **terms)
    return collaboration


def invite(collaboration: Collaboration, houses: Sequence[House], *, by: Person, at: datetime) -> Collaboration:
    refs = "\n".join(house.institution.ref for house in houses)
    return perform(collaboration, "invite", by=by, at=at, units=refs, note="承担本地的招募和随访")


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


def entrust(house: House, at: datetime) -> Entrustment:
    """A unit without a committee has entrusted this house's with what its people do."""
    unit = Institution.objects.create(
        name=f"{house.place.name}社区健康服务中心（演示）", region=house.place.region, type="other"
    )
    officer = appoint(
        person(f"{house.place.key}-community", f"社区单位管理人员·{house.place.name}"),
        Role.INSTITUTION_OFFICER,
        unit,
        law_day(at),
    )
    made = start_entrustment(unit, house.committee, by=officer, at=at)
    paper = ContentFile("委托书：委托方未设立委员会，委托受托方审查其科技活动。".encode(), name="委托书.txt")
    hand_in_agreement(made, paper, by=officer, at=at)
    made = Entrustment.objects.get(pk=made.pk)
    terms = {
        "case": "no_committee",
        "scope": "general",
        "regimes": ["general"],
        "starts": law_day(at),
        "ends": law_day(at) + timedelta(days=730),
        "arrangements": "每季度报送跟踪审查材料。",
    }
    made = perform(made, "propose", by=officer, at=at + PAUSE, password=PASSWORD, **terms)
    return perform(made, "accept", by=house.officer, at=at + 2 * PAUSE, checked=True, password=PASSWORD)


def ally(founder: House, fellow: House, at: datetime) -> Alliance:
    """A recognition alliance of two units."""
    made = found_alliance(
        founder.institution,
        by=founder.officer,
        at=at,
        name="胶济科技伦理审查互认联盟（演示）",
        regimes=["general", "human"],
        charter="成员之间认可有效的审查批准；各成员自行跟踪审查。",
    )
    unit = fellow.institution.ref
    perform(made, "join", by=fellow.officer, at=at + PAUSE, institution=unit)
    return perform(made, "admit", by=founder.officer, at=at + 2 * PAUSE, institutions=[unit])


def ask(journey: Journey, decision: Decision, alliance: Alliance) -> Recognition:
    """Its committee is asked to recognise the other's approval; the secretary has signed, the chair has not."""
    made = start_recognition(journey.review, by=journey.lead, at=journey.at)
    letter = lettering.issue(decision, journey.at)
    terms = {"code": letter.code, "alliance": alliance.ref, "note": "同一方案在本单位的部分，入组条件相同。"}
    made = perform(made, "request", by=journey.lead, at=_later(journey), **terms)
    secretary = journey.house.secretary
    return perform(made, "confirm", by=secretary, at=_later(journey), checked=True, password=PASSWORD)
