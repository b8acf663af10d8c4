"""What comes after an approval, in the demonstration: a follow-up that has fallen due, an adverse event reported."""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.timely import take_timely
from reviews.models import Project
from reviews.models.following.contents import Kind
from reviews.models.following.reporting import hand_in_paper, start_report
from reviews.samples.journeys import PAUSE, Journey

EVENT = {
    "participant": "S-017",
    "event": "参与者在第三次给药后四小时出现血压下降、皮疹，立即停药并转入监护病房，两日后好转。",
    "seriousness": "hospitalisation",
    "expected": "unexpected",
    "related": "possible",
    "measures": "停药，给予抗过敏和补液治疗；其余参与者暂缓给药，加强监测。",
    "affected": 1,
}


def follow(journey: Journey, now: datetime) -> None:
    """The committee wants to look sooner: what it brings forward falls due with the day."""
    coming = journey.project.follow_ups.get()
    terms = {"due_on": law_day(now) + timedelta(days=18), "reason": "参与者为老年人，缩短首次跟踪审查的间隔。"}
    perform(coming, "bring_forward", by=journey.house.secretary, at=now - timedelta(days=6), **terms)
    take_timely(now)


def report_event(journey: Journey, at: datetime) -> None:
    report = start_report(Project.objects.get(pk=journey.project.pk), Kind.SAE, by=journey.lead, at=at)
    file = ContentFile("严重不良事件记录表\n".encode(), name="严重不良事件记录表.txt")
    hand_in_paper(report, file, by=journey.lead, at=at)
    yesterday = (law_day(at) - timedelta(days=1)).isoformat()
    perform(report, "file", by=journey.lead, at=at + PAUSE, event_on=yesterday, known_on=yesterday, **EVENT)
