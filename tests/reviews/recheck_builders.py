"""A listed activity on its way through the re-check, with the department and its experts around it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from committees.enrolling import enrol
from committees.models import Expert
from ethicsreview.accounts.models import Appointment, Authority, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Recheck, RecheckOpinion
from tests.committees.builders import authority, committee, holder, institution, keeper_of, person
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, signing, with_password
from tests.reviews.rules.answers import BCI

CATEGORIES = ("peer", "ethics", "law", "peer", "peer", "other", "peer")
LISTED = {"listed": "yes", "listed_items": ["invasive_bci"]}


@dataclass
class Listed(Case):
    """`organiser` is the regulator of the department that the unit applies to; `experts` are in its register."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(BCI))
    department: Authority = field(init=False)
    organiser: Person = field(init=False)
    experts: list[Expert] = field(default_factory=list)
    recheck: Recheck = field(init=False)

    @property
    def officer(self) -> Person:
        return keeper_of(self.committee)

    def with_department(self, **fields: Any) -> "Listed":
        self.department = authority(**{"region": "370000", "field": "human", **fields})
        self.organiser = with_password(holder(Role.REGULATOR, self.department))
        return self

    def with_experts(self, *categories: str) -> "Listed":
        self.experts = [self.expert(category) for category in categories or CATEGORIES]
        return self

    def expert(self, category: str = "peer", **changes: Any) -> Expert:
        terms = {
            "person": with_password(person()),
            "starts": law_day(self.at) - timedelta(days=30),
            "category": category,
            "fields": ["medicine"] if category == "peer" else [],
            "employer": "某大学",
        }
        return enrol(self.department, by=self.organiser, at=self.at, **terms | changes)

    @remembered
    def passed(self, *verdicts: str) -> "Listed":
        """A preliminary opinion for it, and the minutes signed."""
        self.drafted()
        self.do("submit", self.lead, **signing(self.lead))
        self.do("accept", self.secretary, procedure="general", procedure_ground="列入清单", **LISTED)
        self.do("begin", self.secretary, meeting=self.planned().ref)
        self.open_meeting()
        self.vote(*verdicts)
        self.do("conclude", self.chair, password=PASSWORD)
        self.close()
        return self

    def close(self) -> None:
        self.at += timedelta(minutes=1)
        perform(self.meeting, "close", by=self.chair, at=self.at, minutes="逐项审议", password=PASSWORD)

    @remembered
    def referred(self) -> "Listed":
        self.do("refer", self.officer, authority=self.department.ref)
        self.recheck = self.review.rechecks.get()
        return self

    def step(self, name: str, by: Person | None = None, **terms: Any) -> Recheck:
        self.at += timedelta(minutes=1)
        self.recheck = perform(self.recheck, name, by=by or self.organiser, at=self.at, **terms)
        return self.recheck

    @remembered
    def paneled(self, *experts: Expert) -> "Listed":
        self.step("form_panel", experts=[one.ref for one in experts or self.experts[:5]])
        return self

    def seat(self, expert: Expert) -> RecheckOpinion:
        return RecheckOpinion.objects.get(recheck=self.recheck, expert=expert)

    def seat_step(self, expert: Expert, name: str, by: Person | None = None, **terms: Any) -> RecheckOpinion:
        self.at += timedelta(minutes=1)
        done = perform(self.seat(expert), name, by=by or expert.person, at=self.at, **terms)
        self.recheck = Recheck.objects.get(pk=self.recheck.pk)
        return done

    @remembered
    def accept(self, *experts: Expert) -> "Listed":
        for expert in experts or self.experts[:5]:
            self.seat_step(expert, "accept", **ACCEPT)
        return self

    @remembered
    def speak(self, *votes: str) -> "Listed":
        for expert, vote in zip(self.experts, votes or ("agree",) * 5, strict=False):
            self.seat_step(expert, "cast", **opinion(vote))
        return self

    @remembered
    def begun(self) -> "Listed":
        return self.referred().paneled().accept()

    @remembered
    def answered(self, *votes: str) -> "Listed":
        self.begun().speak(*votes)
        self.step("conclude", **REPORT)
        return self

    @remembered
    def delivered(self, *votes: str) -> "Listed":
        self.answered(*votes)
        self.step("deliver")
        self.review.refresh_from_db()
        return self


ACCEPT = {"interest": "none", "confidentiality": True, "password": PASSWORD}
REPORT = {"compliance": "程序合规。", "reasonableness": "判断合理。", "password": PASSWORD}


def opinion(vote: str, **changes: Any) -> dict[str, Any]:
    judged = {"compliance": "meets", "reasonableness": "meets"}
    return judged | {"vote": vote, "other": "见材料", "password": PASSWORD} | changes


@remembered
def listed(*, at: datetime | None = None, region: str = "370100", size: int = 7, **fields: Any) -> Listed:
    """A committee, a lead, a department of the field with seven experts; nothing has begun."""
    at = at or timezone.now()
    reviewing = committee(size, region, at=at)
    lead = with_password(person())
    Appointment.objects.create(person=lead, role=Role.RESEARCHER, body=reviewing.institution, starts=law_day(at))
    made = Listed(reviewing, lead, at)
    return made.with_department(**{"region": f"{region[:2]}0000", **fields}).with_experts()


__all__ = ["ACCEPT", "CATEGORIES", "LISTED", "REPORT", "Listed", "institution", "listed", "opinion"]
