"""Collaborations on their way: a lead unit's case, and the units that take part, each with people of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Collaboration, Participation, Review
from reviews.models.collaborations.joining import start_collaboration
from tests.committees.builders import institution, keeper_of, person
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, case, signing, with_password
from tests.reviews.rules.answers import SURVEY

TOGETHER = {"several_units_take_part": True, "unit_role": "lead"}
# Above minimal risk, so that only a rule on confirmations opens the simplified procedure.
RISKY = SURVEY | {"risk_level": "above_minimal"} | TOGETHER


@dataclass
class Unit:
    """A participating unit: its officer and its lead, and the case of its own part once it has begun one."""

    institution: Institution
    officer: Person
    local_lead: Person
    case: Case | None = None
    participation: Participation = field(init=False)

    @property
    def own(self) -> Case:
        assert self.case is not None, "this unit was made without a committee"
        return self.case


@dataclass
class Joint:
    lead: Case
    units: list[Unit] = field(default_factory=list)
    collaboration: Collaboration = field(init=False)

    @remembered
    def started(self) -> "Joint":
        self.collaboration = start_collaboration(self.lead.project, by=self.lead.lead, at=self.lead.at)
        return self

    def tick(self) -> Any:
        self.lead.at += timedelta(minutes=1)
        return self.lead.at

    def do(self, name: str, **terms: Any) -> Collaboration:
        self.collaboration = perform(self.collaboration, name, by=self.lead.lead, at=self.tick(), **terms)
        return self.collaboration

    def invite(self, *units: Unit) -> "Joint":
        chosen = units or self.units
        self.do("invite", units="\n".join(unit.institution.ref for unit in chosen))
        for unit in chosen:
            unit.participation = Participation.objects.get(
                collaboration=self.collaboration, institution=unit.institution, state="invited"
            )
        return self

    def step(self, unit: Unit, name: str, by: Person, **terms: Any) -> Participation:
        unit.participation = perform(unit.participation, name, by=by, at=self.tick(), **terms)
        return unit.participation

    def join(self, *units: Unit) -> "Joint":
        for unit in units or self.units:
            self.step(unit, "join", unit.officer, local_lead=unit.local_lead.username)
            unit.participation.refresh_from_db()
        return self

    def begin(self, unit: Unit) -> Review:
        """The unit's lead asks its own committee, and fills in what is local."""
        own = unit.own
        self.step(unit, "begin_confirmation", unit.local_lead, committee=own.committee.ref)
        unit.participation.refresh_from_db()
        own.at, own.project = self.lead.at, unit.participation.project
        own.review = unit.participation.review
        own.assessment = own.review.assessment
        own.fill(own.review.draft_submission)
        return own.review

    def submit(self, unit: Unit) -> Review:
        self.begin(unit)
        return unit.own.do("submit", unit.local_lead, **signing(unit.local_lead))

    def confirm(self, unit: Unit, *, days: int = 0, **terms: Any) -> Review:
        """By the simplified procedure, as Shandong lets it: two designated members approve."""
        own = unit.own
        self.submit(unit)
        own.at += timedelta(days=days)
        own.do("accept", own.secretary, procedure="simplified", procedure_ground="确认牵头单位意见", listed="no")
        own.designate()
        for member in own.members[-2:]:
            own.cast(member)
        own.do("conclude", own.chair, password=PASSWORD, **terms)
        unit.participation.refresh_from_db()
        return own.review

    def at_meeting(self, unit: Unit, *verdicts: str, **terms: Any) -> Review:
        own = unit.own
        self.submit(unit)
        own.do("accept", own.secretary, procedure="general", procedure_ground="会议审查", listed="no")
        own.do("begin", own.secretary, meeting=own.planned().ref)
        own.open_meeting()
        own.vote(*verdicts)
        own.do("conclude", own.chair, password=PASSWORD, **terms)
        unit.participation.refresh_from_db()
        return own.review

    def refresh(self) -> "Joint":
        self.collaboration.refresh_from_db()
        return self


def unit(region: str = "370200", *, at: Any, committee: bool = True, regimes: Iterable[str] = ()) -> Unit:
    """With a committee of its own, or without one (`committee`)."""
    if committee:
        own = case(region=region, at=at, **({"regimes": list(regimes)} if regimes else {}))
        place = own.committee.institution
        return Unit(place, with_password(keeper_of(place)), own.lead, own)
    place = institution(region)
    lead = with_password(person())
    Appointment.objects.create(person=lead, role=Role.RESEARCHER, body=place, starts=law_day(at))
    return Unit(place, with_password(keeper_of(place)), lead)


@remembered
def joint(
    *regions: str, region: str = "370100", answers: dict[str, Any] | None = None, hours_ago: int = 0, **kinds: Any
) -> Joint:
    """A lead unit whose answers say that several take part, and a unit for each of the regions; nothing is reviewed.

    `hours_ago`: begun so long before now, where pages go on with it at the real time.
    """
    at = timezone.now() - timedelta(hours=hours_ago)
    lead = case(at=at, region=region, answers=dict(RISKY if answers is None else answers)).assessed()
    return Joint(lead, [unit(place, at=lead.at, **kinds) for place in regions])


@remembered
def decided(made: Joint, *verdicts: str, **terms: Any) -> Joint:
    """The lead unit's committee decides; without verdicts, it approves."""
    path = made.lead
    path.review = begun(path)
    path.do("accept", path.secretary, procedure="general", procedure_ground="高于最低风险", listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*verdicts)
    path.do("conclude", path.chair, password=PASSWORD, **terms)
    path.project.refresh_from_db()
    return made


@remembered
def begun(path: Case) -> Review:
    from reviews.models.applying import start_review

    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    path.fill(path.review.draft_submission)
    return path.do("submit", path.lead, **signing(path.lead))


@remembered
def together(*regions: str, region: str = "370100", **terms: Any) -> Joint:
    """Invited and joined before the lead unit's committee approves: the way most collaborations go."""
    made = joint(*regions, region=region).started().invite().join()
    return decided(made, **terms).refresh()
