"""Emergencies and urgent reviews on their way, made through the steps that make them in life."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.models import Appointment, Authority, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from reviews.models import EmergencyEvent
from reviews.models.emergencies.declaring import declare
from tests.committees.builders import authority, committee, holder, people_of, person, rule_document
from tests.memory import remembered
from tests.reviews.builders import Case, with_password
from tests.reviews.recheck_builders import Listed
from tests.reviews.rules.answers import BCI, SURVEY

URGENT = {"responds_to_emergency": True}
GROUND = "疫情扩散，迟延将使参与者失去受益的机会"


@remembered
def event(*, region: str = "370000", at: datetime, by: Person | None = None, **changes: Any) -> EmergencyEvent:
    """Declared for a province by its own department, since an hour ago."""
    department = changes.pop("authority", None) or (None if by else authority(region))
    regulator = by or holder(Role.REGULATOR, department)
    department = department or Authority.objects.get(appointments__person=regulator)
    terms: dict[str, Any] = {
        "title": "某呼吸道传染病疫情",
        "kind": "public_health",
        "level": "major",
        "region": region,
        "starts_at": at - timedelta(hours=1),
        "until": None,
        "instrument": "省人民政府公告〔2026〕1号",
        "grounds": "发现社区传播。",
    }
    return declare(department, by=regulator, at=at - timedelta(hours=1), **terms | changes)


def regulator_of(found: EmergencyEvent) -> Person:
    return found.authority.appointments.get(role=Role.REGULATOR).person


@remembered
def make_ready(made: Committee, *, at: datetime, video: bool = True) -> Committee:
    """The committee's emergency system on file: rules, procedure, a drill, all members on call."""
    secretary, today = people_of(made, Role.SECRETARY)[0], law_day(at)
    text = rule_document(secretary, at).document.ref
    for kind in ("emergency", "emergency_sop", *(["video"] if video else [])):
        perform(made, "adopt_rule", by=secretary, at=at, kind=kind, document=text, effective=today)
    perform(made, "record_drill", by=secretary, at=at, kind="drill", title="应急审查演练", held_on=today)
    seats = made.voting_members_at(today)
    known = {f"fields__{seat.pk}": ["medicine"] if seat.category == "peer" else ["other"] for seat in seats}
    return perform(made, "keep_roster", by=secretary, at=at, **known)


@dataclass
class Urgent(Case):
    """A review that claims urgency, under an emergency in its province."""

    answers: dict[str, Any] = field(default_factory=lambda: SURVEY | URGENT)
    event: EmergencyEvent = field(init=False)

    @remembered
    def accepted(self, **terms: Any) -> "Urgent":
        self.submitted()
        given = {"event": self.event.ref, "tier": 1, "procedure_ground": GROUND, "listed": "no"}
        self.do("accept_urgently", self.secretary, **given | terms)
        return self

    def clock(self, kind: str = "review.decision") -> Deadline:
        return Deadline.objects.of(self.review).open().get(kind=kind)

    def adviser(self, *fields: str) -> Person:
        """Appointed by the institution, and on the roster with these fields."""
        from tests.committees.builders import appoint, keeper_of

        who = appoint(self.committee, by=keeper_of(self.committee), at=self.at, role=Role.ADVISER)
        seats = self.committee.members_at(law_day(self.at))
        known = {f"fields__{row.membership_id}": row.fields for row in self.committee.on_call.filter(delisted_at=None)}
        known[f"fields__{seats.get(appointment__person=who).pk}"] = list(fields)
        perform(self.committee, "keep_roster", by=self.secretary, at=self.at, **known)
        return with_password(who)


@dataclass
class UrgentListed(Listed, Urgent):
    """The same of a listed activity, with the department and the experts of its re-check around it."""

    answers: dict[str, Any] = field(default_factory=lambda: BCI | URGENT)

    @remembered
    def passed(self, *verdicts: str) -> "UrgentListed":
        self.accepted(listed="yes", listed_items=["invasive_bci"])
        self.do("begin", self.secretary, meeting=self.planned().ref)
        self.open_meeting()
        self.vote(*verdicts)
        self.do("conclude", self.chair, password="a-long-enough-password")
        self.close()
        return self


def _around(kind: type[Urgent], at: datetime | None, region: str, answers: Any, *, ready: bool = True) -> Any:
    at = at or timezone.now()
    reviewing = committee(7, region, at=at)
    if ready:
        make_ready(reviewing, at=at)
    lead = with_password(person())
    Appointment.objects.create(person=lead, role=Role.RESEARCHER, body=reviewing.institution, starts=law_day(at))
    made = kind(reviewing, lead, at)
    if answers is not None:
        made.answers = answers
    made.event = event(region=f"{region[:2]}0000", at=at)
    return made


@remembered
def urgent(
    *,
    at: datetime | None = None,
    ready: bool = True,
    region: str = "370100",
    answers: dict[str, Any] | None = None,
) -> Urgent:
    """A ready committee, a lead, an emergency in force; nothing has begun."""
    made: Urgent = _around(Urgent, at, region, answers, ready=ready)
    return made


@remembered
def urgent_listed(*, at: datetime | None = None, region: str = "370100", answers: Any = None) -> UrgentListed:
    made: UrgentListed = _around(UrgentListed, at, region, answers)
    made.with_department(region=f"{region[:2]}0000").with_experts()
    return made
