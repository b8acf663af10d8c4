"""A committee made ready for emergencies, and an emergency declared, by the steps and the people whose they are."""

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from committees.kinds import RuleKind
from ethicsreview.accounts.models import Authority, Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import perform
from reviews.models import EmergencyEvent
from reviews.models.emergencies.declaring import declare
from reviews.samples.houses import House
from reviews.samples.stories import Story, stories

RULES = (RuleKind.EMERGENCY, RuleKind.EMERGENCY_SOP)
GROUND = "为应对突发事件开展，按一般程序的期限办理将贻误时机"
# What the seats of a house know, by their key; the others are asked for what everybody knows.
FIELDS = {
    "chair": ["life_science", "ai"],
    "vicechair": ["medicine"],
    "member4": ["medicine"],
    "member5": ["life_science", "medicine"],
}


def make_ready(house: House, at: datetime) -> House:
    """Emergency rules and procedure on file, a drill held, every member on call."""
    day = law_day(at)
    words = f"{house.committee.name}应急审查制度和标准操作规程。\n第一条　接到申请后两小时内判断紧急程度。"
    file = ContentFile(words.encode(), name="应急审查制度.txt")
    text = store(None, file, by=house.secretary, at=at, title="应急审查制度", kind="committee_rule")
    for kind in RULES:
        terms = {"kind": kind, "document": text.document.ref, "effective": day}
        perform(house.committee, "adopt_rule", by=house.secretary, at=at, **terms)
    drill = {"kind": "drill", "title": "突发公共卫生事件应急审查演练", "held_on": day}
    perform(house.committee, "record_drill", by=house.secretary, at=at, **drill)
    known = {}
    for member, seat in zip(house.seated, house.seats, strict=True):
        key = member.username.removeprefix(f"{house.place.key}-")
        known[f"fields__{seat}"] = FIELDS.get(key, ["other"])
    house.committee = perform(house.committee, "keep_roster", by=house.secretary, at=at, **known)
    return house


def emergency(authority: Authority, by: Person, at: datetime, **changes: Any) -> EmergencyEvent:
    """A public health emergency in all of the authority's territory."""
    declared = {
        "title": "呼吸道传染病疫情（演示）",
        "kind": "public_health",
        "level": "major",
        "region": authority.region,
        "until": None,
        "instrument": "关于启动突发公共卫生事件应急响应的公告（演示）",
        "grounds": "出现社区传播，需要尽快开展预防、诊断和治疗研究。",
    }
    return declare(authority, by=by, at=at, **declared | changes)


TITLES = (
    "呼吸道传染病重症早期识别指标的观察性研究",
    "某广谱抗病毒药物治疗轻症患者的随机对照试验",
    "社区居民自我监测与就诊时机的调查",
)


def urgent_story(number: int) -> Story:
    """An activity that answers the emergency."""
    told = stories()[number]
    more = {"emergency_answered": "呼吸道传染病疫情（演示）", "urgency_reason": GROUND}
    return Story(TITLES[number], told.field, {**told.answers, "responds_to_emergency": True}, {**told.texts, **more})
