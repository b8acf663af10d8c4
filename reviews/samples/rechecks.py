"""Listed activities of the demonstration, the experts who re-check them, and re-checks at several stages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from committees.enrolling import enrol
from committees.models import Expert
from ethicsreview.accounts.models import Authority, Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Recheck, RecheckOpinion
from reviews.samples.journeys import PAUSE, Journey
from reviews.samples.people import PASSWORD, person
from reviews.samples.stories import Story, stories

# Two more than a panel needs, so that somebody can decline. The first of a province is known by the office's key.
EXPERTS = (
    ("", "peer", ("medicine", "life_science"), "神经外科"),
    ("2", "ethics", ("medicine",), "医学伦理"),
    ("3", "law", ("medicine", "ai"), "卫生法学"),
    ("4", "peer", ("medicine", "ai"), "神经工程"),
    ("5", "peer", ("medicine",), "康复医学"),
    ("6", "peer", ("ai", "engineering"), "智能系统安全"),
    ("7", "other", ("social_science",), "社会学"),
)
NUMERALS = "一二三四五六七"
LISTED = {"listed": "yes", "listed_items": ["invasive_bci"]}
TITLES = (
    "侵入式脑机接口辅助脊髓损伤患者上肢运动功能重建的临床研究",
    "侵入式脑机接口闭环刺激治疗难治性癫痫的临床研究",
    "植入式脑机接口改善脑卒中后失语的临床研究",
)


def enlist(key: str, name: str, authority: Authority, keeper: Person, at: datetime) -> list[Expert]:
    """The register of one authority."""
    return [
        enrol(
            authority,
            by=keeper,
            at=at,
            person=person(f"{key}-recheck{number}", f"复核专家{NUMERALS[place]}·{name}"),
            starts=law_day(at),
            category=category,
            fields=list(fields),
            employer=f"{name}第{NUMERALS[place]}研究所（演示）",
            specialty=specialty,
        )
        for place, (number, category, fields, specialty) in enumerate(EXPERTS)
    ]


def listed_story(number: int) -> Story:
    """An activity on the national list: the answers of a clinical trial, and that it is listed."""
    told = next(story for story in stories() if story.answers.get("trial") == "drug")
    listed = {"trial": "device", "listed_any": True, "listed_items": ["invasive_bci"], "administrative_approval": False}
    return Story(TITLES[number], told.field, {**told.answers, **listed}, told.texts)


def refer(journey: Journey, authority: Authority) -> Recheck:
    """As the unit's officer does."""
    journey.take("refer", journey.house.officer, authority=authority.ref)
    recheck: Recheck = journey.review.rechecks.get()
    return recheck


def sit(recheck: Recheck, organiser: Person, experts: Sequence[Expert], at: datetime, *, spoken: int) -> None:
    """A panel of five that has promised; the last `spoken` of it have given their opinion."""
    chosen = [expert for expert in experts if expert.category != "other"][:5]
    perform(recheck, "form_panel", by=organiser, at=at, experts=[expert.ref for expert in chosen])
    promised = {"interest": "none", "confidentiality": True, "password": PASSWORD}
    for expert in chosen:
        at += PAUSE
        perform(_seat(recheck, expert), "accept", by=expert.person, at=at, **promised)
    for expert in chosen[len(chosen) - spoken :]:
        at += timedelta(hours=3)
        words = {"compliance": "meets", "reasonableness": "meets", "other": "同意初步审查意见。", "vote": "agree"}
        perform(_seat(recheck, expert), "cast", by=expert.person, at=at, password=PASSWORD, **words)


def _seat(recheck: Recheck, expert: Expert) -> RecheckOpinion:
    found: RecheckOpinion = recheck.seats.select_related("recheck").get(expert=expert)
    return found
