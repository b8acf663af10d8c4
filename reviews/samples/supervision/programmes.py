"""Programmes of both provinces: a project at an open gate, its letter signed by both, and others at shut gates."""

from typing import Any

from ethicsreview.accounts.models import Authority, Person
from reviews.models import Programme, ProgrammeEntry, Project
from reviews.models.programmes.answers import answer_of
from reviews.models.programmes.lookup import look_up
from reviews.models.programmes.planning import plan_programme
from reviews.samples.journeys import Journey
from reviews.samples.people import PASSWORD
from reviews.samples.stories import stories
from reviews.samples.supervision.misconduct import SANCTIONED
from reviews.samples.supervision.scene import Scene, Walk

MANAGER = {"programme_manager"}
UNAPPROVED = "脑卒中后上肢康复训练游戏的可用性研究"


def fund(scene: Scene) -> None:
    _in_shandong(scene)
    _in_sichuan(scene)


def _programme(authority: Authority, by: Person, scene: Scene, code: str, name: str) -> Walk:
    given = {"code": code, "name": f"{name}（演示）", "fiscal": True}
    at = scene.ago(6)
    return Walk(plan_programme(authority, by=by, at=at, **given), at).take("open", by)


def _enter(walk: Walk, by: Person, number: str, project: Project | None, **otherwise: str) -> ProgrammeEntry:
    """`otherwise`: what a department knows of a project that is not here."""
    if project is not None:
        otherwise = {
            "title": project.title,
            "unit_name": project.institution.name,
            "lead_name": project.lead.name,
            "field": project.field,
            "project": project.ref,
        }
    walk.take("enter", by, number=number, **{"project": "", **otherwise})
    programme: Programme = walk.one
    found: ProgrammeEntry = programme.entries.select_related("programme__authority").get(number=number)
    return found


def _ask(entry: ProgrammeEntry, stage: str, by: Person, walk: Walk) -> Any:
    return answer_of(entry, stage, by=by, at=walk.at, held=MANAGER)


def _in_shandong(scene: Scene) -> None:
    """The letter of the first is signed and the gate of its process open; the second waits for its review and for both
    signatures; the third is its banned lead's; the last is known by its number alone.
    """
    house, manager = scene.houses["jinan"], scene.person("sd-programme")
    walk = _programme(scene.departments["sd"], manager, scene, "SDKJ-YF", "山东省重点研发计划")
    led = Project.objects.filter(lead=house.leads[0]).select_related("lead", "institution")
    approved = _enter(walk, manager, "YF-001", led.get(title=stories()[0].title))
    letter, signing = Walk(approved.letter_now, scene.ago(3)), {"agree": True, "password": PASSWORD}
    letter.take("sign_as_lead", house.leads[0], **signing).take("sign_for_unit", house.officer, **signing)
    under_review = _enter(walk, manager, "YF-002", led.get(title=stories()[3].title))
    banned = _enter(walk, manager, "YF-003", _unapproved(scene))
    words = {"title": "海水养殖尾水生态处理技术", "unit_name": "烟台某研究所（演示）", "lead_name": "赵某"}
    _enter(walk, manager, "YF-004", None, field="other", **words)
    walk.wait_until(scene.ago(1))
    Walk(approved, walk.at).take("advance", manager).take("advance", manager)
    approved.refresh_from_db()
    for entry in (approved, under_review, banned):
        _ask(entry, "process", manager, walk)


def _unapproved(scene: Scene) -> Project:
    """Entered and assessed, and never handed in."""
    told, house = stories()[0], scene.houses["jinan"]
    story = type(told)(UNAPPROVED, told.field, told.answers, told.texts)
    return Journey(house, scene.person(SANCTIONED), story, scene.ago(27)).begin().assess().project


def _in_sichuan(scene: Scene) -> None:
    """Here an unsigned letter shuts the gate. A record was looked up for an application."""
    house, manager = scene.houses["chengdu"], scene.person("sc-programme")
    authority = scene.departments["sc"]
    walk = _programme(authority, manager, scene, "SCKJ-ZD", "四川省重点研发项目")
    applying = Project.objects.filter(lead=house.leads[0], state="under_review", field="medicine").order_by("pk")
    entry = _enter(walk, manager, "ZD-001", applying.select_related("lead", "institution").first())
    _ask(entry, "approval", manager, walk)
    whom = {"kind": "institution", "name": house.institution.name, "unit": ""}
    matter = "年度重点研发项目申报资格审核（演示）"
    look_up(authority, by=manager, at=walk.at, purpose="project", matter=matter, **whom)
