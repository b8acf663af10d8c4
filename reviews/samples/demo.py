"""The demonstration: two institutions in each province, their people named by role, and reviews at every stage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from committees.models import Expert
from ethicsreview.accounts.models import Authority, Institution, Person, Role
from ethicsreview.deadlines.calendar import law_day
from reviews.models.reviewing import lettering
from reviews.samples import changes, emergencies, following, rechecks, together
from reviews.samples.houses import House, Place, found
from reviews.samples.journeys import Journey, Session
from reviews.samples.people import PASSWORD, appoint, person
from reviews.samples.stories import Story, stories
from reviews.samples.supervision import Scene, oversee
from reviews.samples.supervision.misconduct import SANCTIONED

UNIVERSITY = Institution.Type.UNIVERSITY
PLACES = (
    Place("jinan", "济南", "370100", "济南泺源医院（演示）"),
    Place("qingdao", "青岛", "370200", "青岛琴屿大学（演示）", UNIVERSITY),
    Place("chengdu", "成都", "510100", "成都锦官医院（演示）"),
    # An autonomous area: its committee has somebody who knows the place.
    Place("liangshan", "凉山", "513400", "凉山邛池大学（演示）", UNIVERSITY),
)


@dataclass(frozen=True)
class Office:
    """A competent department, the key and name of its people, and their roles."""

    key: str
    name: str
    authority: str
    region: str
    level: str
    field: str = Authority.Field.GENERAL
    roles: tuple[tuple[str, str, str], ...] = (("regulator", "监管人员", Role.REGULATOR),)


_PROVINCIAL = (
    ("regulator", "监管人员", Role.REGULATOR),
    ("programme", "科技计划管理人员", Role.PROGRAMME_MANAGER),
)
# What one discloses another approves.
_IN_TWO = (*_PROVINCIAL, ("regulator2", "监管人员二", Role.REGULATOR))
HUMAN = Authority.Field.HUMAN
OFFICES = (
    Office("sd", "山东", "山东省科技主管部门（演示）", "370000", Authority.Level.PROVINCE, roles=_IN_TWO),
    Office("sd-health", "山东卫健", "山东省卫生健康主管部门（演示）", "370000", Authority.Level.PROVINCE, HUMAN),
    Office("jinan", "济南市", "济南市科技主管部门（演示）", "370100", Authority.Level.CITY),
    Office("sc", "四川", "四川省科技主管部门（演示）", "510000", Authority.Level.PROVINCE, roles=_PROVINCIAL),
    Office("sc-health", "四川卫健", "四川省卫生健康主管部门（演示）", "510000", Authority.Level.PROVINCE, HUMAN),
    Office("chengdu", "成都市", "成都市科技主管部门（演示）", "510100", Authority.Level.CITY),
)
OPERATOR = "operator"
# Less than the time in which a committee is registered: the demonstration begins with nothing overdue.
SET_UP_BEFORE = timedelta(days=28)


def is_made() -> bool:
    return Person.objects.filter(username=f"{PLACES[0].key}-lead").exists()


@transaction.atomic
def make(now: datetime | None = None) -> None:
    """All of it or nothing. Everything that is under review goes there by its steps."""
    now = now or timezone.now()
    # The first has a second researcher, who is sanctioned.
    houses = [found(place, at=now - SET_UP_BEFORE, leads=2 if place is PLACES[0] else 1) for place in PLACES]
    _offices(now)
    first, *others = houses
    _listed_activities(houses, _experts(now), now)
    _every_stage(first, now)
    _after_approval(first, now)
    _together(houses, now)
    for number, (house, verdict) in enumerate(zip(others, ("approved", "rejected", "revision_required"), strict=True)):
        _some_stages(house, stories()[2 * number : 2 * number + 4], verdict, now)
    _urgent(first, now)
    departments = {office.key: _office(office.key)[0] for office in OFFICES}
    oversee(Scene({house.place.key: house for house in houses}, departments, now))
    lettering.issue_pending(now)


def _urgent(house: House, now: datetime) -> None:
    """An emergency in Shandong: one activity decided in two days, one before a meeting tonight, one just handed in."""
    department, regulator = _office("sd")
    emergencies.make_ready(house, now - SET_UP_BEFORE)
    event = emergencies.emergency(department, regulator, now - timedelta(days=9))
    decided, coming, claimed = (emergencies.urgent_story(place) for place in range(3))
    done = _submitted(house, decided, now - timedelta(days=8))
    done.accept_urgently(event.ref, tier=2, ground=emergencies.GROUND)
    begins = done.at + timedelta(hours=30)
    Session(house, "应急审查会议", begins, done.at, [(done, "approved")], presence="video").plan().hold()
    soon = _submitted(house, coming, now - timedelta(hours=30))
    soon.accept_urgently(event.ref, tier=1, ground=emergencies.GROUND)
    Session(house, "应急审查会议", now + timedelta(hours=6), now - timedelta(hours=20), [(soon, "")]).plan()
    _submitted(house, claimed, now - timedelta(hours=2))


def _offices(now: datetime) -> None:
    since = law_day(now - SET_UP_BEFORE)
    for office in OFFICES:
        body = Authority.objects.create(
            name=office.authority, region=office.region, level=office.level, field=office.field
        )
        for key, title, role in office.roles:
            appoint(person(f"{office.key}-{key}", f"{title}·{office.name}"), role, body, since)
    # An operator keeps the service of the whole province; the role is held where the service is run.
    operations = Authority.objects.get(name=OFFICES[0].authority)
    appoint(person(OPERATOR, "运维人员"), Role.OPERATOR, operations, since)


def _office(key: str) -> tuple[Authority, Person]:
    """A department and its regulator."""
    name = next(office.authority for office in OFFICES if office.key == key)
    return Authority.objects.get(name=name), Person.objects.get(username=f"{key}-regulator")


def _experts(now: datetime) -> list[Expert]:
    """Two registers of seven, one in each province; that of Shandong."""
    since = now - SET_UP_BEFORE
    of_shandong, _of_sichuan = (
        rechecks.enlist(key, name, *_office(key), since) for key, name in (("sd", "山东"), ("sc", "四川"))
    )
    return of_shandong


def _listed_activities(houses: Sequence[House], experts: Sequence[Expert], now: datetime) -> None:
    """One waits for its unit to apply, one for its panel to be formed, and on one the experts are at work."""
    health, organiser = _office("sd-health")
    chosen = (houses[2], houses[0], houses[1])
    found = [_passed(house, rechecks.listed_story(place), now) for place, house in enumerate(chosen)]
    for journey in found[1:]:
        rechecks.refer(journey, health)
    rechecks.sit(found[2].review.rechecks.get(), organiser, experts, now - timedelta(days=3), spoken=2)


def _passed(house: House, story: Story, now: datetime) -> Journey:
    """Through a meeting of its own, so that its minutes may go with the dossier. Its planned first day passes before
    it is approved, of which supervisors are warned.
    """
    journey = Journey(house, house.leads[0], story, now - timedelta(days=20), starts_in=timedelta(days=14))
    journey.begin().assess().apply().submit().accept(**rechecks.LISTED)
    Session(
        house, "清单内科技活动审查会议", _at_nine(now, -6), now - timedelta(days=15), [(journey, "approved")]
    ).plan().hold()
    journey.at = max(journey.at, _at_nine(now, -5))
    return journey


def _together(houses: Sequence[House], now: datetime) -> None:
    """Jinan leads; Qingdao has confirmed, Chengdu has joined, Liangshan was asked later and has not answered."""
    lead, *others = houses
    journey = _submitted(lead, together.shared_story(), now - timedelta(days=19)).accept()
    collaboration = together.gather(journey, others[:-1])
    Session(
        lead, "多中心研究审查会议", _at_nine(now, -12), now - timedelta(days=16), [(journey, "approved")]
    ).plan().hold()
    confirming = together.confirm(collaboration, others[0], _at_nine(now, -7))
    confirming.take("conclude", others[0].chair, password=PASSWORD)
    together.invite(collaboration, others[-1:], by=lead.leads[0], at=now - timedelta(days=4))
    together.entrust(lead, now - timedelta(days=15))
    alliance = together.ally(lead, others[0], now - timedelta(days=13))
    asking = _submitted(others[0], replace(_least_risky(), title=together.RECOGNISED), now - timedelta(days=4)).accept()
    together.ask(asking, journey.review.decision, alliance)


def _every_stage(house: House, now: datetime) -> None:
    told = iter(stories())
    approved, modify = (_submitted(house, next(told), now - timedelta(days=days)).accept() for days in (26, 25))
    agenda = [(approved, "approved"), (modify, "modification_required")]
    Session(house, "第1次审查会议", _at_nine(now, -14), now - timedelta(days=20), agenda).plan().hold()
    approved.at = now - timedelta(days=3)
    changes.amend(approved)

    coming = [_submitted(house, next(told), now - timedelta(days=days)).accept() for days in (12, 10)]
    _tomorrow(house, coming, now, "第2次审查会议")

    simplified = _submitted(house, _least_risky(), now - timedelta(days=6)).accept_simplified()
    simplified.designate(2, 3, days=9).give(2)

    _submitted(house, next(told), now - timedelta(days=5)).accept()
    wanting = {"protocol": "方案未写明样本量的计算依据，请补充。", "purpose": "请说明与既往研究的区别。"}
    _submitted(house, next(told), now - timedelta(days=4)).request_supplement(**wanting)
    _submitted(house, next(told), now - timedelta(days=1))
    _journey(house, next(told), now - timedelta(hours=6)).begin().assess().apply()
    _journey(house, next(told), now - timedelta(hours=5)).begin()


def _after_approval(house: House, now: datetime) -> None:
    """Two that were approved lately: of one the first follow-up is due, of the other an adverse event was reported."""
    trial = next(story for story in stories() if story.answers.get("trial") == "drug")
    told = [replace(story, title=f"{story.title}（二期）") for story in (stories()[0], trial)]
    journeys = [_submitted(house, story, now - timedelta(days=22)).accept() for story in told]
    agenda = [(journey, "approved") for journey in journeys]
    Session(house, "扩大审查会议", _at_nine(now, -12), now - timedelta(days=19), agenda).plan().hold()
    following.follow(journeys[0], now)
    following.report_event(journeys[1], now - timedelta(hours=5))


def _least_risky() -> Story:
    """One that may take the simplified procedure, under a title of its own."""
    told = next(story for story in stories() if story.answers["risk_level"] == "minimal")
    return replace(told, title=f"{told.title}（补充问卷）")


def _some_stages(house: House, told: Sequence[Story], verdict: str, now: datetime) -> None:
    decided, coming, waiting, begun = told
    agenda = [(_submitted(house, decided, now - timedelta(days=24)).accept(), verdict)]
    Session(house, "第1次审查会议", _at_nine(now, -10), now - timedelta(days=18), agenda).plan().hold()
    if verdict == "approved":
        changed = agenda[0][0]
        changed.at = now - timedelta(days=7)
        changes.decide(changes.amend(changed))
    _tomorrow(house, [_submitted(house, coming, now - timedelta(days=9)).accept()], now, "第2次审查会议")
    _submitted(house, waiting, now - timedelta(days=2))
    _journey(house, begun, now - timedelta(hours=3)).begin().assess()


def _tomorrow(house: House, journeys: list[Journey], now: datetime, title: str) -> None:
    agenda = [(journey, "") for journey in journeys]
    Session(house, title, _at_nine(now, 1), now - timedelta(days=3), agenda).plan()


def _submitted(house: House, story: Story, at: datetime) -> Journey:
    return _journey(house, story, at).begin().assess().apply().submit()


def _journey(house: House, story: Story, at: datetime) -> Journey:
    return Journey(house, house.leads[0], story, at)


def _at_nine(now: datetime, days: int) -> datetime:
    day = law_day(now) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(9)))


# --- who is who ---------------------------------------------------------------------------------------------------

# The role, the ending of its user names, and where its work begins.
_TABLE = (
    ("项目负责人", "lead", "/"),
    ("委员会秘书", "secretary", "/desk/"),
    ("主任委员", "chair", "/desk/"),
    ("副主任委员", "vicechair", "/desk/"),
    ("委员（1–5）", "member1", "/desk/"),
    ("单位管理人员", "officer", "/desk/"),
)


def people_table() -> list[str]:
    """One line for a role: its name, the user names, where they start."""
    lines = [(title, "  ".join(f"{place.key}-{key}" for place in PLACES), start) for title, key, start in _TABLE]
    lines.append(("项目负责人（受处理）", SANCTIONED, "/"))
    for key, title in (
        ("regulator", "监管人员"),
        ("regulator2", "监管人员（另一人）"),
        ("recheck", "复核专家"),
        ("programme", "科技计划管理人员"),
    ):
        names = [f"{office.key}-{key}" for office in OFFICES if key in {role[0] for role in office.roles}]
        if key == "recheck":
            names = [f"{office}-recheck{number}" for office in ("sd", "sc") for number in ("", "2", "3", "4", "5")]
        lines.append((title, "  ".join(names), "/desk/"))
    lines.append(("运维人员", OPERATOR, "/desk/"))
    width = max(len(names) for _title, names, _start in lines)
    return [f"{_padded(title, 22)}{names:<{width + 2}}{start}" for title, names, start in lines]


def _padded(title: str, width: int) -> str:
    """To a width in columns: a Chinese character takes two."""
    taken = sum(2 if ord(character) > 0x2E80 else 1 for character in title)
    return title + " " * (width - taken)
