"""Annual reports on their way: a year of committees, and what departments put together of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from committees.models import Committee, TrainingPlan
from committees.models.training_plan import plan_training
from ethicsreview.accounts.models import Authority, Body, Person, Role
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create, perform
from reviews.models import AnnualReport
from reviews.models.annual.drafting import draft_pending
from reviews.models.annual.kinds import Level
from tests.committees.builders import authority, committee, holder, keeper_of, people_of
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, with_password

ZONE = ZoneInfo("Asia/Shanghai")
YEAR = 2026
SET_UP = datetime(2026, 3, 2, 9, tzinfo=ZONE)
DRAFTED = datetime(2027, 3, 1, 9, tzinfo=ZONE)
SUMMED = datetime(2027, 4, 1, 9, tzinfo=ZONE)
TEXTS = {"work": "全年审查规范开展。", "listed_activities": "无", "problems": ""}


@dataclass
class Year:
    """`departments` by region, each with its regulator; `at` is the hour of what is done next."""

    committees: list[Committee]
    departments: dict[str, Authority] = field(default_factory=dict)
    at: datetime = DRAFTED

    def with_departments(self, *regions: str) -> "Year":
        for region in regions:
            level = "province" if region.endswith("0000") else "city"
            self.departments[region] = authority(region, level=level)
            with_password(holder(Role.REGULATOR, self.departments[region]))
        return self

    def regulator(self, region: str) -> Person:
        return with_password(Person.objects.get(appointments__body=self.departments[region]))

    def drafted(self) -> "Year":
        draft_pending(self.at, limit=1000)
        return self

    def of(self, body: Body) -> AnnualReport:
        return AnnualReport.objects.get(body=body.pk)

    def do(self, body: Body, name: str, by: Person, **terms: Any) -> AnnualReport:
        self.at += timedelta(minutes=1)
        return perform(self.of(body), name, by=by, at=self.at, **terms)

    def signed(self, body: Body, by: Person) -> AnnualReport:
        own = {"duties": "检查两次，督促整改一项。"} if body.pk in {one.pk for one in self.departments.values()} else {}
        self.do(body, "write", by, **TEXTS | own)
        return self.do(body, "sign", by, password=PASSWORD)

    def submitted(self, made: Committee) -> AnnualReport:
        self.signed(made, with_password(people_of(made, Role.CHAIR)[0]))
        return self.do(made, "submit", keeper_of(made), number="年-1", handled_on=self.at.date())

    def summed(self, region: str) -> AnnualReport:
        """A department's own, signed and submitted."""
        self.signed(self.departments[region], self.regulator(region))
        return self.do(self.departments[region], "submit", self.regulator(region))


@remembered
def year(*regions: str) -> Year:
    """A committee in each of the regions, set up within the year; their city's and province's departments."""
    made = Year([committee(region=region, at=SET_UP, regimes=["general"]) for region in regions])
    places = sorted({place for region in regions for place in (region[:4] + "00", region[:2] + "0000")})
    return made.with_departments(*places)


def reported_year(made: Committee, department: Authority, *, at: datetime) -> AnnualReport:
    """The report of a committee on the year before, as the department's it goes to."""
    report = AnnualReport(
        level=Level.COMMITTEE,
        year=at.year - 1,
        body=made,
        region=made.region,
        institution=made.institution,
        receiver=department,
    )
    return create(report, by=SYSTEM, at=at)


def training(organiser: Body, *, by: Person, at: datetime) -> TrainingPlan:
    until = law_day(at) + timedelta(days=30)
    return plan_training(organiser, by=by, at=at, title="年度培训", topics="办法", audience=["member"], until=until)
