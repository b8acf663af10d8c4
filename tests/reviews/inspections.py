"""Inspections on their way, made through the steps that make them in life. A unit and its committee in Chengdu."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.models import Authority, Institution, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Inspection, Rectification
from reviews.models.inspections.forms import PlanForm
from reviews.models.inspections.planning import plan_inspection
from tests.committees.builders import authority as department
from tests.committees.builders import committee, holder, keeper_of, people_of
from tests.memory import remembered
from tests.reviews.builders import with_password

CHENGDU, MIANYANG = "510100", "510700"
NOTICE = 5  # days, more than the setting asks for
PLAN: dict[str, Any] = {
    "title": "2026年度现场检查",
    "ground": "onsite",
    "occasion": "routine",
    "occasion_ref": "",
    "themes": ["registration", "training"],
    "scope": "登记、年度报告和培训",
}


@dataclass
class Inspecting:
    """A department, the team it sends, and whoever is inspected. `at` is the hour of what is done next."""

    at: datetime
    authority: Authority
    planner: Person
    team: list[Person]
    committee: Committee
    officer: Person
    inspection: Inspection = field(init=False)

    @property
    def unit(self) -> Institution:
        found = self.committee.institution
        assert found is not None
        return found

    @property
    def rectification(self) -> Rectification:
        return Rectification.objects.get(inspection=self.inspection, number=1)

    def form(self, **terms: Any) -> PlanForm:
        day = law_day(self.at) + timedelta(days=NOTICE)
        days = {"starts_on": day.isoformat(), "ends_on": (day + timedelta(days=1)).isoformat()}
        return PlanForm(PLAN | days | {"body": self.unit.ref} | terms, authority=self.authority, at=self.at)

    def planned(self, *, team: bool = True, **terms: Any) -> "Inspecting":
        form = self.form(**terms)
        assert form.is_valid(), form.errors
        self.inspection = plan_inspection(self.authority, by=self.planner, at=self.at, **form.terms())
        return self.sent() if team else self

    def sent(self) -> "Inspecting":
        return self.do("name_team", inspectors="\n".join(one.username for one in self.team))

    def announced(self, **terms: Any) -> "Inspecting":
        return self.planned(**terms).do("announce", notice="请准备登记材料和培训记录")

    def on_site(self, **terms: Any) -> "Inspecting":
        self.announced(**terms)
        self.at += timedelta(days=NOTICE)
        return self.do("begin", by=self.team[0])

    def unannounced(self, **terms: Any) -> "Inspecting":
        today = law_day(self.at)
        self.planned(**{"starts_on": today, "ends_on": today} | terms)
        return self.do("begin_unannounced", by=self.team[0], reason="核实投诉反映的情况")

    def find(self, item: str, result: str = "conforms", **terms: Any) -> "Inspecting":
        given = {"account": "" if result == "conforms" else "未见记录", "rectify_by": None, "documents": ""}
        return self.do("enter_finding", by=self.team[0], item=item, result=result, **given | terms)

    def looked_at(self, wrong: tuple[str, ...] = ("members_trained",), **terms: Any) -> "Inspecting":
        self.unannounced(**terms)
        for one in self.inspection.items():
            self.find(one.key, "does_not_conform" if one.key in wrong else "conforms")
        return self

    def commenting(self, **terms: Any) -> "Inspecting":
        return self.looked_at(**terms).do("send_draft", by=self.team[0], summary="登记及时，培训记录不全")

    def commented(self, **terms: Any) -> "Inspecting":
        return self.commenting(**terms).do("give_comment", by=self.officer, comment="培训已开展，记录待补")

    def reported(self, **terms: Any) -> "Inspecting":
        self.commented(**terms)
        given: dict[str, Any] = {"report": "检查报告", "response": "已采纳"}
        if self.inspection.wrong():
            given["due_on"] = law_day(self.at) + timedelta(days=30)
        return self.do("issue", **given)

    def answered(self, **terms: Any) -> "Inspecting":
        return self.reported(**terms).put_right("answer", by=self.officer, text="已补记录", documents="")

    def do(self, name: str, /, *, by: Person | None = None, **terms: Any) -> "Inspecting":
        self.at += timedelta(minutes=1)
        self.inspection = perform(self.inspection, name, by=by or self.planner, at=self.at, **terms)
        return self

    def put_right(self, name: str, /, *, by: Person | None = None, **terms: Any) -> "Inspecting":
        self.at += timedelta(minutes=1)
        perform(self.rectification, name, by=by or self.team[0], at=self.at, **terms)
        return self


@remembered
def inspecting(region: str = CHENGDU, *, at: datetime | None = None) -> Inspecting:
    at = at or timezone.now()
    made = department(region, level="city")
    sat = committee(7, region, at=at)
    team = [with_password(holder(Role.REGULATOR, made)) for _number in range(2)]
    return Inspecting(at, made, with_password(holder(Role.REGULATOR, made)), team, sat, with_password(keeper_of(sat)))


@remembered
def scene(region: str = CHENGDU) -> tuple[Inspecting, dict[str, Person]]:
    """The inspection of a committee, planned and with its team; and everybody by what they are to it."""
    made = inspecting(region)
    made.planned(body=made.committee.ref)
    province = department(f"{region[:2]}0000", level="province")
    sector = department(f"{region[:2]}0000", level="province", field="ai")
    foreign = committee(7, region, at=made.at)
    people = {
        "planner": made.planner,
        "inspector": made.team[0],
        "province": holder(Role.REGULATOR, province),
        "officer": made.officer,
        "secretary": people_of(made.committee, Role.SECRETARY)[0],
        "chair": people_of(made.committee, Role.CHAIR)[0],
        "member": people_of(made.committee, Role.MEMBER)[0],
        "another field": holder(Role.REGULATOR, sector),
        "elsewhere": holder(Role.REGULATOR, department(MIANYANG, level="city")),
        "another officer": keeper_of(foreign),
        "operator": holder(Role.OPERATOR, province),
    }
    return made, people


def beside(
    made: Authority, planner: Person, sent: Person, sat: Committee, at: datetime
) -> tuple[Inspection, Rectification]:
    """An inspection as it is planned, and what another found of the same committee, to be put right."""
    team = [sent, holder(Role.REGULATOR, made)]
    first = Inspecting(at, made, planner, team, sat, keeper_of(sat))
    first.planned(body=sat.ref, ground="general")
    second = Inspecting(at, made, planner, team, sat, keeper_of(sat))
    second.reported(body=sat.ref, ground="general")
    return first.inspection, second.rectification
