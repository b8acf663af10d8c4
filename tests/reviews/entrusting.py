"""Entrustments on their way: a unit without a committee, or a person without a unit, and another's committee."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from committees.kinds import CommitteeType
from committees.models import Committee
from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Entrustment, RiskAssessment
from reviews.models.applying import start_assessment, start_project
from reviews.models.entrustments.entrusting import hand_in_agreement, start_entrustment
from tests.committees.builders import committee, institution, keeper_of, people_of, person
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, with_password
from tests.reviews.rules.answers import SURVEY

ENTRUSTED = SURVEY | {"committee_situation": "none"}


@dataclass
class Agreement:
    unit: Institution
    truster: Person
    trustee: Committee
    at: Any
    entrustment: Entrustment = field(init=False)

    @property
    def answers(self) -> Person:
        """Who answers for the trustee."""
        if self.trustee.institution is None:
            return with_password(people_of(self.trustee, Role.CHAIR)[0])
        return with_password(keeper_of(self.trustee))

    @remembered
    def begun(self, *, paper: bool = True) -> "Agreement":
        self.entrustment = start_entrustment(self.unit, self.trustee, by=self.truster, at=self.at)
        if paper:
            file = ContentFile("委托书：双方约定如下。".encode(), name="委托书.txt")
            hand_in_agreement(self.entrustment, file, by=self.truster, at=self.at)
        return self

    def do(self, name: str, by: Person, **terms: Any) -> Entrustment:
        self.at += timedelta(minutes=1)
        self.entrustment = perform(self.entrustment, name, by=by, at=self.at, **terms)
        return self.entrustment

    def terms(self, **changes: Any) -> dict[str, Any]:
        return {
            "case": "no_committee",
            "scope": "general",
            "regimes": ["general"],
            "starts": law_day(self.at),
            "ends": law_day(self.at) + timedelta(days=365),
            "password": PASSWORD,
        } | changes

    @remembered
    def proposed(self, **changes: Any) -> "Agreement":
        self.begun()
        self.do("propose", self.truster, **self.terms(**changes))
        return self

    @remembered
    def in_force(self, *, accepting: dict[str, Any] | None = None, **changes: Any) -> "Agreement":
        self.proposed(**changes)
        self.do("accept", self.answers, checked=True, password=PASSWORD, **(accepting or {}))
        return self

    @remembered
    def case(self, lead: Person | None = None, answers: dict[str, Any] | None = None) -> Case:
        """A project of the entrusting side, assessed; its committee is the trustee."""
        if lead is None:
            lead = with_password(person())
            Appointment.objects.create(person=lead, role=Role.RESEARCHER, body=self.unit, starts=law_day(self.at))
        path = Case(self.trustee, lead, self.at, answers or dict(ENTRUSTED))
        path.project = start_project(by=lead, institution=self.unit, title="受托项目", field="medicine", at=self.at)
        draft = start_assessment(path.project, by=lead, at=self.at)
        RiskAssessment.objects.filter(pk=draft.pk).update(answers=path.answers)
        path.assessment = perform(draft, "complete", by=lead, at=self.at)
        return path


@remembered
def agreement(region: str = "370100", *, hours_ago: int = 0, **trustee: Any) -> Agreement:
    """A unit without a committee, and another's in the same province; nothing is written yet."""
    at = timezone.now() - timedelta(hours=hours_ago)
    unit = institution(region, type=Institution.Type.UNIVERSITY)
    return Agreement(unit, with_password(keeper_of(unit)), committee(7, region, at=at, **trustee), at)


def centre(region: str = "370100", **fields: Any) -> dict[str, Any]:
    """A regional centre as the trustee."""
    return {"type": CommitteeType.REGIONAL_CENTRE, "institution": None, **fields}
