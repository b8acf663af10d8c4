"""A sample of results in Sichuan: published with its seed, frozen, drawn, and half examined."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from django.utils import timezone

from reviews.models.exemptions.exempting import start_exemption
from reviews.models.sampling.planning import plan_sample
from reviews.samples import rechecks
from reviews.samples.houses import House
from reviews.samples.journeys import Journey, Session
from reviews.samples.people import PASSWORD
from reviews.samples.stories import Story, stories
from reviews.samples.supervision.scene import Scene, Walk

REJECTED = "侵入式脑机接口用于健康人群记忆增强的可行性研究"
EXEMPT = (
    "区域门诊匿名数据中抗菌药物使用趋势的回顾性分析",
    "匿名化出院记录中跌倒事件时间分布的回顾性分析",
)
SEED, SOURCE = "03 09 14 22 27 31 + 08", "中国福利彩票双色球开奖公告，公布日之后第一期（演示）"


def sample(scene: Scene) -> None:
    """One of three is left out by the draw; the committee owes an answer on one, one is still to be looked at."""
    house = scene.houses["chengdu"]
    _rejected(house, scene)
    for number, title in enumerate(EXEMPT):
        _exempted(house, title, scene.ago(12 - number))
    sampler = scene.person("sc-regulator")
    plan = plan_sample(
        scene.departments["sc"],
        by=sampler,
        at=scene.ago(5),
        title="高风险科技活动审查结果抽查复核（演示）",
        since=scene.day(-28),
        until=scene.day(-5),
        finish_by=scene.day(40),
        procedure="",
        regime="",
        exemptions=True,
        strata="none",
        basis="rate",
        rate_percent=60,
        margin_percent=None,
        confidence=95,
    )
    walk = Walk(plan, scene.ago(5)).take("publish", sampler, seed=SEED, seed_source=SOURCE)
    walk.wait_until(scene.ago(3)).take("freeze", sampler).take("draw", sampler)
    item = Walk(walk.one.items.order_by("pk").first(), scene.ago(1))
    item.take("examine", sampler, result="findings", finding="审查依据写得过简，没有逐项说明理由。")
    demand = "补写审查依据，说明今后如何保证逐项写明理由。"
    item.take("ask_rectification", sampler, demand=demand, due_on=scene.day(10))


def _rejected(house: House, scene: Scene) -> None:
    story = replace(rechecks.listed_story(0), title=REJECTED)
    journey = Journey(house, house.leads[0], story, scene.ago(18))
    journey.begin().assess().apply().submit().accept(**rechecks.LISTED)
    starts_at = _at_ten(scene, -9)
    Session(house, "清单内科技活动第2次审查会议", starts_at, scene.ago(14), [(journey, "rejected")]).plan().hold()


def _at_ten(scene: Scene, days: int) -> datetime:
    return timezone.make_aware(datetime.combine(scene.day(days), time(10)))


def _exempted(house: House, title: str, at: datetime) -> None:
    """Anonymised records alone, confirmed by both officers."""
    told = stories()[0]
    answers = {
        **told.answers,
        "human_involvement": ["data"],
        "intervention": "none",
        "existing_only": True,
        "bodily_harm": False,
        "commercial": False,
        "exemption_head": "anonymised",
        "vulnerable": False,
        "sensitive_data": False,
        "risk_level": "minimal",
    }
    journey = Journey(house, house.leads[0], Story(title, told.field, answers, told.texts), at).begin().assess()
    walk = Walk(start_exemption(journey.project, by=journey.lead, at=journey.later()), journey.at)
    for by in (house.secretary, house.chair):
        walk.at += timedelta(hours=2)
        walk.take("confirm", by, ground="anonymised", ground_reason="", password=PASSWORD)
