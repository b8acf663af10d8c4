"""Everybody who could come near one matter, and an object of every kind beside it: what the step table asks about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create, perform
from ethicsreview.lifecycle.models import Lifecycle
from reviews.models import AllianceSeat, ForeignApproval, ProjectMember, Recognition
from reviews.models.absences.announcing import announce
from reviews.models.exemptions.exempting import start_exemption
from tests.committees.builders import appoint, authority, holder, institution, keeper_of, person
from tests.reviews.amendments import authorise
from tests.reviews.annual import reported_year, training
from tests.reviews.appeals import filed, rejected
from tests.reviews.builders import Case, case, signing, with_password
from tests.reviews.complaints import beside
from tests.reviews.disclosures import disclosed
from tests.reviews.emergencies import event
from tests.reviews.entrusting import Agreement
from tests.reviews.following import filed as reported
from tests.reviews.inspections import beside as inspected
from tests.reviews.programmes import looked_up, managing
from tests.reviews.recheck_builders import Listed, listed
from tests.reviews.recognising import Asked
from tests.reviews.rules.answers import RECORDS
from tests.reviews.sampling import sampled
from tests.reviews.together import Joint, unit
from tests.reviews.warnings import raised


@dataclass
class Scene:
    """One listed activity under review at an open meeting, with everybody who could come near it."""

    path: Case
    people: dict[str, Any]
    objects: dict[str, Lifecycle]
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.path.at


def scene() -> Scene:
    path = listed(size=8)
    officer = keeper_of(path.committee)
    adviser = appoint(path.committee, 20, by=officer, at=path.at, role=Role.ADVISER, category="other")
    path.drafted()
    team = person()
    ProjectMember.objects.create(project=path.project, person=team, name=team.name)
    path.do("submit", path.lead, **signing(path.lead))
    listing = {"listed": "yes", "listed_items": ["invasive_bci"]}
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **listing)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    members = path.members
    voter, other, recused = members[5], members[6], members[7]
    perform(path.ballot_of(recused), "recuse", by=recused, at=path.at, ground="与负责人有合作")
    elsewhere = institution("510100")
    joined = Joint(path, [unit("370200", at=path.at, committee=False)]).started().invite().join()
    trusting = institution("370300")
    entrusted = Agreement(trusting, with_password(keeper_of(trusting)), path.committee, path.at).begun()
    recognised = Asked(path, path).founded()
    seat = AllianceSeat(alliance=recognised.alliance, institution=joined.units[0].institution)
    seat.asked_at = seat.admitted_at = path.at
    seat.save()
    recognised.recognition = create(Recognition(review=path.review), by=path.lead, at=path.at)
    people: dict[str, Any] = {
        "lead": path.lead,
        "team": team,
        "institution_officer": officer,
        "secretary": path.secretary,
        "chair": path.chair,
        "vice_chair": members[1],
        "voter": voter,
        "other member": other,
        "recused member": recused,
        "adviser": adviser,
        "regulator": holder(Role.REGULATOR, authority("370000")),
        "organiser": path.organiser,
        "recheck expert": path.experts[0].person,
        "expert who left": path.experts[1].person,
        "local lead": joined.units[0].local_lead,
        "unit officer": joined.units[0].officer,
        "truster": entrusted.truster,
        "operator": holder(Role.OPERATOR, authority("370000")),
        "regulator elsewhere": holder(Role.REGULATOR, authority("510000")),
        "secretary elsewhere": holder(Role.SECRETARY, elsewhere),
        "officer elsewhere": holder(Role.INSTITUTION_OFFICER, elsewhere),
        "no role": person(),
        "system": SYSTEM,
    }
    rechecked = Listed(path.committee, path.lead, path.at)
    rechecked.department, rechecked.organiser, rechecked.experts = path.department, path.organiser, path.experts
    rechecked.passed().referred().paneled().accept(path.experts[0])
    rechecked.seat_step(path.experts[1], "recuse", ground="与负责人有合作")
    followed = Case(path.committee, path.lead, path.at).concluded()
    spared = Case(path.committee, path.lead, path.at, RECORDS).assessed()
    objects: dict[str, Lifecycle] = {
        "project": path.project,
        "assessment": path.assessment,
        "review": path.review,
        "meeting": path.meeting,
        "opinion": path.ballot_of(voter),
        "follow_up": followed.project.follow_ups.get(),
        "report": reported(followed, "sae"),
        "recheck": rechecked.recheck,
        "recheck_opinion": rechecked.seat(path.experts[0]),
        "expert": path.experts[0],
        "committee": path.committee,
        "collaboration": joined.collaboration,
        "participation": joined.units[0].participation,
        "entrustment": entrusted.entrustment,
        "alliance": recognised.alliance,
        "recognition": recognised.recognition,
        "foreign_approval": create(ForeignApproval(project=path.project, country="DE"), by=SYSTEM, at=path.at),
        "appeal": filed(refused := rejected(Case(path.committee, path.lead, path.at))),
        "exemption": start_exemption(spared.project, by=path.lead, at=path.at),
        "emergency_event": event(at=path.at, by=path.organiser),
    }
    objects["training_plan"] = training(path.committee, by=path.secretary, at=path.at)
    objects["annual_report"] = reported_year(path.committee, path.department, at=path.at)
    accusing = beside(path.department, team, path.experts[1].person, path.organiser, path.at)
    objects |= {one.noun: one for one in accusing.values()}
    objects["sampling_plan"], objects["sample_item"] = sampled(followed, path.organiser, path.department)
    managed = managing(path.organiser, path.department, followed)
    objects |= {"programme": managed.programme, "programme_entry": managed.entry, "commitment": managed.letter}
    objects["record_lookup"] = looked_up(managed)
    objects["disclosure"] = disclosed(path.department, path.organiser, path.at)
    objects["warning"] = raised(path, path.at, authority=path.department)
    sent = path.experts[1].person
    visits = inspected(path.department, path.organiser, sent, path.committee, path.at)
    objects["inspection"], objects["rectification"] = visits
    today = law_day(path.at)
    objects["absence"] = announce(path.committee, by=voter, starts_on=today, ends_on=today, at=path.at)
    trusted = Case(path.committee, path.lead, path.at).assessed()
    ProjectMember.objects.create(project=trusted.project, person=team, name=team.name)
    objects["mandate"] = authorise(trusted, team)
    made = Scene(path, people, objects)
    made.at = max(followed.at, refused.at)
    return made


def simplified_scene() -> Scene:
    """A review by the simplified procedure, with one of three designated members recused."""
    path = case(size=8).simplified()
    members = path.members
    voter, other, recused = members[5], members[6], members[7]
    path.designate(voter, members[4], recused)
    perform(path.ballot_of(recused), "recuse", by=recused, at=path.at, ground="与负责人有合作")
    people: dict[str, Any] = {
        "lead": path.lead,
        "secretary": path.secretary,
        "chair": path.chair,
        "vice_chair": members[1],
        "voter": voter,
        "other member": other,
        "recused member": recused,
        "institution_officer": keeper_of(path.committee),
        "adviser": appoint(
            path.committee, 20, by=keeper_of(path.committee), at=path.at, role=Role.ADVISER, category="other"
        ),
        "secretary elsewhere": holder(Role.SECRETARY, institution("510100")),
        "no role": person(),
        "system": SYSTEM,
    }
    return Scene(path, people, {"review": path.review, "opinion": path.ballot_of(voter)})
