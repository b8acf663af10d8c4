"""Samples on their way, made through the steps that make them in life. Populations of Chengdu, Sichuan."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create, perform
from reviews.models import RiskAssessment, SampleItem, SamplingPlan
from reviews.models.sampling.planning import plan_sample
from tests.committees.builders import authority, holder
from tests.memory import remembered
from tests.reviews.builders import Case, case, with_password

CHENGDU, MIANYANG = "510100", "510700"
SEED, SOURCE = "03 09 14 22 27 31 + 08", "中国福利彩票双色球2026138期开奖公告"
DEFAULTS: dict[str, Any] = {
    "title": "2026年度抽查复核",
    "procedure": "",
    "regime": "",
    "exemptions": False,
    "strata": "none",
    "basis": "rate",
    "rate_percent": 50,
    "margin_percent": None,
    "confidence": 95,
}


@dataclass
class Sampling:
    """A department with a plan. `at` is the hour of what is done next."""

    authority: Authority
    sampler: Person
    at: datetime
    plan: SamplingPlan = field(init=False)

    def planned(self, **terms: Any) -> "Sampling":
        day = law_day(self.at)
        days = {"since": day - timedelta(days=30), "until": day, "finish_by": day + timedelta(days=60)}
        self.plan = plan_sample(self.authority, by=self.sampler, at=self.at, **DEFAULTS | days | terms)
        return self

    def published(self, **terms: Any) -> "Sampling":
        self.planned(**terms)
        return self.do("publish", seed=SEED, seed_source=SOURCE)

    def frozen(self, **terms: Any) -> "Sampling":
        self.published(**terms)
        self.at += timedelta(days=1)
        return self.do("freeze")

    def drawn(self, **terms: Any) -> "Sampling":
        return self.frozen(**terms).do("draw")

    def do(self, name: str, **terms: Any) -> "Sampling":
        self.plan = perform(self.plan, name, by=self.sampler, at=self.at, **terms)
        return self

    def item(self) -> SampleItem:
        return self.plan.items.order_by("pk").first()

    def take(self, item: SampleItem, name: str, *, by: Person | None = None, **terms: Any) -> SampleItem:
        return perform(item, name, by=by or self.sampler, at=self.at, **terms)

    def found(self, item: SampleItem) -> SampleItem:
        return self.take(item, "examine", result="findings", finding="知情同意书缺少版本日期")

    def asked(self, item: SampleItem) -> SampleItem:
        due = law_day(self.at) + timedelta(days=10)
        return self.take(self.found(item), "ask_rectification", demand="补正并说明", due_on=due)


def high_risk(*paths: Case) -> None:
    """Of a kind that regulators look at. What is listed would take a whole re-check each."""
    for one in paths:
        RiskAssessment.objects.filter(pk=one.review.assessment_id).update(high_risk=True)


@remembered
def decided(size: int = 3, region: str = CHENGDU, at: datetime | None = None) -> list[Case]:
    """So many decided reviews of high-risk activities of one committee."""
    first = case(region=region, at=at or timezone.now()).concluded()
    paths = [first]
    for _number in range(size - 1):
        paths.append(Case(first.committee, first.lead, paths[-1].at).concluded())
    high_risk(*paths)
    return paths


def department(region: str = CHENGDU, at: datetime | None = None) -> Sampling:
    """Of the province, to whom Sichuan 10 gives it."""
    made = authority(f"{region[:2]}0000", level="province")
    return Sampling(made, with_password(holder(Role.REGULATOR, made)), at or timezone.now())


@remembered
def sampling(size: int = 3, region: str = CHENGDU) -> tuple[Sampling, list[Case]]:
    """A department of the place, and what it may sample."""
    paths = decided(size, region)
    return department(region, paths[-1].at), paths


def sampled(path: Case, regulator: Person, of: Authority) -> tuple[SamplingPlan, SampleItem]:
    """A plan, and a case as it were drawn by it: of any province, whether or not its rules know samples."""
    made = Sampling(of, regulator, path.at).planned()
    item = SampleItem(
        plan=made.plan, review=path.review, project=path.project, committee=path.committee, stratum="all", rank=1
    )
    item.ticket = "0" * 64
    return made.plan, create(item, by=SYSTEM, at=path.at)
