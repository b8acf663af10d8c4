"""Complaints and what comes of them: two just received, one under investigation, one that led to sanctions."""

from datetime import date, datetime
from typing import Any

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.calendar import law_day
from reviews.models import Complaint, Investigation, Respondent, Sanction
from reviews.models.complaints.receiving import receive
from reviews.samples.journeys import PAUSE
from reviews.samples.supervision.scene import Scene, Walk

# Whoever is sanctioned leads nothing else in the demonstration, so that the ban stops no other work.
SANCTIONED = "jinan-lead2"
WITHOUT, BEYOND = "applicant.without_approval", "applicant.beyond_scope"
RECRUITED = "经调取排班表、招募海报和访谈登记，课题组自上季度起招募参与者32人，当时未取得伦理审查批准。"
BANNED = "一年内不得承担或者参与财政性资金支持的科技活动。未经审查招募参与者32人，情节较重。"
ORDERED = "停止招募，封存已采集的数据，向已招募的32人书面说明并征求处置意见。"
RECOVERED = "追回已拨付的课题经费八万元。"
PUBLISHED = "济南某课题组负责人未经科技伦理审查招募参与者，一年内禁止其承担或者参与财政性资金支持的科技活动。（演示）"

# Of a unit that is here its officer sees to it, of one that nobody knows the department of the place.
_FRESH: dict[str, dict[str, Any]] = {
    "jinan": {
        "days": 2,
        "of_unit": True,
        "words": {
            "category": BEYOND,
            "about": "老年科某远程随访研究项目组",
            "account": "批准的随访为每月一次，项目组自上月起每周电话随访，并增加了家庭收入的提问。（演示）",
        },
    },
    "chengdu": {
        "days": 3,
        "of_unit": False,
        "words": {
            "category": WITHOUT,
            "about": "某健康管理公司的睡眠监测体验活动",
            "account": "该公司在商场招募市民佩戴睡眠监测设备，收集健康数据用于研究，未见伦理审查说明。（演示）",
        },
    },
}


def look_into(scene: Scene) -> Investigation:
    """Returns the one that is concluded."""
    for key, terms in _FRESH.items():
        house = scene.houses[key]
        unit = house.institution.name if terms["of_unit"] else ""
        _complain(terms["words"], unit=unit, region=house.institution.region, at=scene.ago(terms["days"]))
    _under_way(scene)
    return _sanctioned(scene)


def _complain(words: dict[str, Any], *, unit: str, region: str, at: datetime) -> Complaint:
    terms: dict[str, Any] = {"case_ref": "", "unit_suspected": False, **words}
    return receive(at=at, unit=unit, region=region, **terms).complaint


def _investigate(complaint: Complaint, at: datetime, title: str, by: Person) -> Walk:
    walk = Walk(complaint, at).take("accept", by, title=title, track="ethics")
    return Walk(Investigation.objects.get(complaint=complaint), walk.at)


def _accuse(walk: Walk, by: Person, *, username: str = "", body: str = "") -> Walk:
    walk.take("add_respondent", by, username=username, body=body, name="")
    return Walk(walk.one.respondents.latest("pk"), walk.at)


def _heard_until(respondent: Respondent, walk: Walk) -> date:
    """The first day that the next step may name."""
    return respondent.heard_until_at_least(walk.at + PAUSE)


def _under_way(scene: Scene) -> None:
    """In Qingdao the unit looks into it itself; its researcher has been told, and may state the case."""
    house, at = scene.houses["qingdao"], scene.ago(9)
    words = {
        "category": BEYOND,
        "about": "社会医学课题组的问卷调查",
        "account": "问卷发放对象由成年人扩大到中学生，没有看到监护人同意书。（演示）",
        "name": "王某",
        "contact": "wang@example.org",
    }
    complaint = _complain(words, unit=house.institution.name, region=house.institution.region, at=at)
    walk = _investigate(complaint, scene.ago(7), "超出批准范围开展问卷调查（演示）", house.officer)
    team = [house.secretary, house.seated[2]]
    walk.take("name_investigators", house.officer, investigators="\n".join(one.username for one in team))
    account = "发放记录显示有46份问卷由未成年人填写，批准的方案限于成年人。"
    walk.take(
        "enter_evidence", team[0], kind="document", title="问卷发放记录（演示）", text=account, document=""
    ).wait_until(scene.ago(2))
    accused = _accuse(walk, team[0], username=house.leads[0].username)
    found = {"offence": BEYOND, "occurred_on": scene.day(-15), "result": "established", "account": account}
    accused.take("find", team[0], **found)
    accused.take("notify", team[0], until=_heard_until(accused.one, accused))


def _sanctioned(scene: Scene) -> Investigation:
    """Where the unit's head is suspected too, the province investigates together with the city. The unit is cleared; on
    its researcher a ban is in force and published, what was to be put right is answered, and a third measure waits to
    be decided.
    """
    house = scene.houses["jinan"]
    province, city = scene.person("sd-regulator"), scene.person("jinan-regulator")
    investigator, accused = scene.person("sd-recheck3"), scene.person(SANCTIONED)
    words = {
        "category": WITHOUT,
        "about": "康复科某课题组及科研管理负责人",
        "account": "课题组在审查之前就张贴海报招募参与者，科研管理负责人知情而没有制止。（演示）",
        "name": "李某",
        "contact": "li@example.org",
        "unit_suspected": True,
    }
    at = scene.ago(26)
    complaint = _complain(words, unit=house.institution.name, region=house.institution.region, at=at)
    walk = _investigate(complaint, scene.ago(25), "未经审查招募研究参与者（演示）", province)
    team = [investigator, scene.person("sd-health-regulator")]
    walk.take("name_investigators", province, investigators="\n".join(one.username for one in team))
    evidence = {"kind": "document", "title": "招募海报和访谈登记（演示）", "text": RECRUITED, "document": ""}
    walk.take("enter_evidence", investigator, **evidence)
    unit = _accuse(walk, province, body=house.institution.ref)
    person = _accuse(Walk(walk.one, unit.at), province, username=accused.username)
    found = {"offence": WITHOUT, "occurred_on": scene.day(-27)}
    unheard = "科研管理负责人在获知次日书面要求停止招募，有邮件为证，没有发现知情不制止。"
    unit.wait_until(scene.ago(20)).take("find", investigator, **found, result="not_established", account=unheard)
    unit.take("settle", investigator, weighed="没有不利的认定。")
    person.wait_until(unit.at).take("find", investigator, **found, result="established", account=RECRUITED)
    person.take("notify", investigator, until=_heard_until(person.one, person))
    person.take("state_case", accused, statement="误以为预招募不需要审查，已停止招募，愿意配合处理。")
    person.take("settle", investigator, weighed="停止招募属实，在处理时考虑，不影响认定。")
    report = "课题组未经审查招募参与者属实；反映科研管理负责人知情不制止不属实。"
    walk.wait_until(person.at).take("conclude", province, summary=report, answer="部分属实，已依规处理。")
    for number, (measure, content, days) in enumerate((("ban", BANNED, 357), ("correct", ORDERED, 20)), start=1):
        sanction = _propose(scene, person, province, accused, measure, content, ends=scene.day(days))
        _decide(scene, sanction, number, province, city, accused)
    # The city's department has this one to decide.
    _propose(scene, person, province, accused, "recover_funds", RECOVERED, ends=None)
    return Investigation.objects.get(pk=walk.one.pk)


def _propose(
    scene: Scene, person: Walk, province: Person, accused: Person, measure: str, content: str, *, ends: date | None
) -> Walk:
    """And heard."""
    person.take("propose", province, measure=measure, content=content, ends=ends)
    sanction = Walk(person.one.sanctions.latest("pk"), person.at)
    sanction.take("notify", province, until=_heard_until(person.one, sanction))
    return sanction.wait_until(scene.ago(12)).take("state_case", accused, statement="没有异议。")


def _decide(scene: Scene, sanction: Walk, number: int, province: Person, city: Person, accused: Person) -> None:
    """Proposed by one department, decided by the other."""
    called = f"鲁科监〔{law_day(scene.now).year}〕{number}号（演示）"
    sanction.wait_until(scene.ago(8)).take("decide", city, number=called, reason="事实清楚，当事人没有异议。")
    sanction.take("serve", province, served_on=law_day(sanction.at), how="直接送达")
    sanction.one = Sanction.objects.get(pk=sanction.one.pk)
    if sanction.one.measure == "ban":
        sanction.wait_until(scene.ago(4)).take("publish", province, text=PUBLISHED)
    else:
        answer = "已停止招募，数据已封存；32人中已书面说明32人，其中5人要求删除数据，已删除。"
        sanction.wait_until(scene.ago(1)).take("report_corrected", accused, answer=answer)
