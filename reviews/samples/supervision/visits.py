"""Inspections: one with things to be put right, one that its unit has just been told of, one that is closed."""

from datetime import datetime
from typing import Any

from ethicsreview.accounts.models import Authority, Person
from reviews.models import Rectification
from reviews.models.inspections.forms import PlanForm
from reviews.models.inspections.planning import plan_inspection
from reviews.samples.supervision.scene import Scene, Walk

WRONG = {
    "committee_registered": "委员更换后，国家平台上的登记信息没有更新。",
    "members_trained": "两名委员没有本年度的培训记录。",
}


def inspect(scene: Scene) -> None:
    _to_be_put_right(scene)
    _announced(scene)
    _closed(scene)


def _plan(authority: Authority, team: list[Person], at: datetime, **terms: Any) -> Walk:
    """As the desk's form takes it; planned by the first of the team."""
    given = {"occasion": "routine", "occasion_ref": "", "ends_on": terms["starts_on"], **terms}
    form = PlanForm(given, authority=authority, at=at)
    if not form.is_valid():
        raise ValueError(form.errors.as_json())
    made = plan_inspection(authority, by=team[0], at=at, **form.terms())
    return Walk(made, at).take("name_team", team[0], inspectors="\n".join(one.username for one in team))


def _look_at(walk: Walk, by: Person, wrong: dict[str, str]) -> None:
    for item in walk.one.items():
        result = "does_not_conform" if item.key in wrong else "conforms"
        found = {"result": result, "account": wrong.get(item.key, ""), "rectify_by": None, "documents": ""}
        walk.take("enter_finding", by, item=item.key, **found)


def _to_be_put_right(scene: Scene) -> None:
    """Jinan's committee has answered the one, and owes the other within the week."""
    house, team = scene.houses["jinan"], [scene.person("jinan-regulator"), scene.person("sd-recheck2")]
    walk = _plan(
        scene.departments["jinan"],
        team,
        scene.ago(20),
        title="委员会登记和培训情况检查（演示）",
        body=house.committee.ref,
        ground="oversight",
        themes=["registration", "training"],
        scope="委员会登记信息、年度报告和委员培训记录。",
        starts_on=scene.day(-15),
    )
    walk.take("announce", team[0], notice="请准备登记回执、培训签到表和证书；请秘书和单位管理人员到场。")
    walk.wait_until(scene.ago(15)).take("begin", team[0])
    _look_at(walk, team[1], WRONG)
    walk.take("send_draft", team[1], summary="制度健全，审查规范；登记信息和培训记录有缺漏。")
    walk.wait_until(scene.ago(12)).take("give_comment", house.officer, comment="情况属实，将在期限内整改。")
    report = "总体符合要求。登记信息应当及时更新，委员应当按期参加培训。"
    walk.wait_until(scene.ago(10)).take("issue", team[0], report=report, response="已采纳。", due_on=scene.day(6))
    first = Rectification.objects.get(inspection=walk.one, number=1)
    text = "已在国家平台更新委员信息，取得新的回执。"
    Walk(first, scene.ago(2)).take("answer", house.officer, text=text, documents="")


def _announced(scene: Scene) -> None:
    """The sector's department comes to Qingdao in six days."""
    house, team = scene.houses["qingdao"], [scene.person("sd-health-regulator"), scene.person("sd-recheck2")]
    walk = _plan(
        scene.departments["sd-health"],
        team,
        scene.ago(2),
        title="涉及人的研究伦理审查质量检查（演示）",
        body=house.institution.ref,
        ground="sector_oversight",
        themes=["review", "monitoring"],
        scope="近一年涉及人的研究的审查记录、知情同意和投诉处理。",
        starts_on=scene.day(6),
    )
    walk.take("announce", team[0], notice="请准备近一年的审查记录；上午九时到委员会办公室。")


def _closed(scene: Scene) -> None:
    house, team = scene.houses["chengdu"], [scene.person("chengdu-regulator"), scene.person("sc-recheck2")]
    walk = _plan(
        scene.departments["chengdu"],
        team,
        scene.ago(18),
        title="委员培训情况随机检查（演示）",
        body=house.committee.ref,
        ground="onsite",
        themes=["training"],
        scope="委员培训计划和记录。",
        starts_on=scene.day(-18),
    )
    walk.take("begin_unannounced", team[0], reason="随机检查，不预先通知。")
    _look_at(walk, team[1], {})
    walk.take("send_draft", team[1], summary="培训有计划、有记录。")
    walk.wait_until(scene.ago(16)).take("give_comment", house.officer, comment="无")
    walk.wait_until(scene.ago(14)).take("issue", team[0], report="符合要求。", response="没有不同意见。")
    walk.take("close", team[0], conclusion="符合要求，无需整改。")
