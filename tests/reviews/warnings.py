"""Warnings on their way: what is watched, made through the steps that make it in life, or as rows that were counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.lifecycle.door import perform
from reviews.models import RiskWarning
from reviews.models.warnings.kinds import About, Indicator
from reviews.models.warnings.raising import Subject, raise_warning
from reviews.oversight.warnings.evaluating import Done, evaluate
from reviews.rules.warnings import Found, Row
from tests.committees.builders import authority as department
from tests.committees.builders import committee, holder, people_of
from tests.memory import remembered
from tests.reviews.builders import Case, with_password
from tests.reviews.sampling import decided

CHENGDU, MIANYANG = "510100", "510700"


@dataclass
class Watching:
    """A department, and a committee of its city with one decided case of high risk. `at`: the hour of what is next."""

    path: Case
    authority: Authority
    watcher: Person
    at: datetime

    @property
    def place(self) -> str:
        return self.authority.region[:2]

    def evaluate(self, indicator: Indicator, *, days: int = 0) -> Done:
        """As the day's evaluation, so many days later."""
        self.at += timedelta(days=days)
        return evaluate(indicator, self.place, self.at, again=True)

    def warnings(self, indicator: Indicator) -> list[RiskWarning]:
        return list(RiskWarning.objects.filter(indicator=indicator).order_by("pk"))

    def raised(self, *, level: int = 0, about: About = About.COMMITTEE, rows: tuple[Row, ...] = ()) -> RiskWarning:
        """A warning as an evaluation raises it, whatever it counted."""
        return raised(self.path, self.at, level=level, about=about, rows=rows)

    def take(self, warning: RiskWarning, name: str, *, by: Person | None = None, **terms: Any) -> RiskWarning:
        self.at += timedelta(minutes=1)
        return perform(warning, name, by=by or self.watcher, at=self.at, **terms)


@remembered
def watching(region: str = CHENGDU) -> Watching:
    # Of yesterday, so that no page that is asked now finds a day that has not begun.
    (path,) = decided(1, region, timezone.now() - timedelta(days=1))
    made = department(region, level="city")
    return Watching(path, made, with_password(holder(Role.REGULATOR, made)), path.at + timedelta(minutes=1))


@remembered
def scene(region: str = CHENGDU) -> tuple[Watching, dict[str, Person]]:
    """The department, and everybody by what they are to a warning about that committee, its unit or its case."""
    made = watching(region)
    province = department(f"{region[:2]}0000", level="province")
    elsewhere = department(MIANYANG, level="city")
    foreign = committee(7, region, at=made.at)
    people = {
        "watcher": made.watcher,
        "province": holder(Role.REGULATOR, province),
        "elsewhere": holder(Role.REGULATOR, elsewhere),
        "secretary": made.path.secretary,
        "chair": made.path.chair,
        "member": made.path.members[-1],
        "another committee": people_of(foreign, Role.SECRETARY)[0],
        "officer": holder(Role.INSTITUTION_OFFICER, made.path.committee.institution),
        "another officer": holder(Role.INSTITUTION_OFFICER, foreign.institution),
        "lead": made.path.lead,
        "operator": holder(Role.OPERATOR, province),
    }
    return made, people


INDICATORS = {
    About.COMMITTEE: Indicator.LATE_FOLLOW_UPS,
    About.INSTITUTION: Indicator.ADVERSE_EVENT_RATE,
    About.PROJECT: Indicator.SUSPENSIONS,
}


def raised(
    path: Case,
    at: datetime,
    *,
    level: int = 0,
    about: About = About.COMMITTEE,
    rows: tuple[Row, ...] = (),
    authority: Authority | None = None,
) -> RiskWarning:
    """As an evaluation raises it, whatever it counted. `authority`: of several of the place, the one whose it is."""
    committee, project = path.committee, path.project
    subject = {
        About.COMMITTEE: Subject(about, committee.ref, committee.region, committee, committee.institution),
        About.INSTITUTION: Subject(about, committee.institution.ref, committee.region, None, committee.institution),
        About.PROJECT: Subject(about, project.ref, project.region, committee, project.institution, project),
    }[about]
    thresholds = [1, 3, 10]
    terms = {"thresholds": thresholds, "days": 0, "least": 0}
    found = Found(thresholds[level], level, thresholds[level], terms, {}, rows)
    made = raise_warning(INDICATORS[about], subject, found, at=at)
    if authority is not None:
        RiskWarning.objects.filter(pk=made.pk).update(authority=authority)
        made.refresh_from_db()
    return made
