"""Who may take which step in which state: asked of the service itself, with real people, for every one of them.

    STEP_TABLE=write pytest tests/reviews/test_step_table.py      writes step_table.txt anew

The test holds the file to what the service does, so that a change of permission is seen by whoever reads the change.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import SYSTEM, standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create, open_steps, perform
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import Step, steps_of
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

FILE = Path(__file__).with_name("step_table.txt")
EMERGENCY = Path(__file__).with_name("step_table_emergency.txt")
SIMPLIFIED = Path(__file__).with_name("step_table_simplified.txt")
# What each is besides in a review by the simplified procedure.
MORE_IN_SIMPLIFIED = {
    "chair": {"designator", "colleague"},
    **{key: {"colleague"} for key in ("vice_chair", "voter", "other member", "recused member")},
}

# What each person is to the matter, besides what they are called here; `voter` and `presider` depend on the object.
CAPACITIES: dict[str, set[str]] = {
    "lead": {"lead"},
    # Accused in an investigation, too.
    "team": {"team", "respondent"},
    "institution_officer": {"institution_officer"},
    "secretary": {"secretary"},
    "chair": {"chair", "presider"},
    "vice_chair": {"vice_chair"},
    "voter": {"member", "voter"},
    "other member": {"member"},
    "recused member": {"member"},
    "adviser": {"adviser"},
    "regulator": {"regulator"},
    # The department has declared the emergency, it samples, inspects, deals with a complaint and a warning, runs a
    # programme and discloses.
    "organiser": {
        *("organiser", "keeper", "declarer", "sampler", "handler", "sector", "programme_manager", "watcher"),
        *("discloser", "inspecting"),
    },
    "recheck expert": {"recheck_expert"},
    "expert who left": {"investigator", "inspector"},
    # A unit that takes part: its lead stands on the lead unit's team too.
    "local lead": {"local_lead", "team"},
    "unit officer": {"unit_officer", "fellow"},
    # Officers of the unit that entrusts the committee.
    "truster": {"truster", "outsider"},
    "operator": {"operator"},
    "regulator elsewhere": set(),
    "secretary elsewhere": set(),
    "officer elsewhere": {"outsider"},
    "no role": set(),
    "system": {"consequence"},
}


AFTER_SEED = ("published", "frozen", "drawn", "closed")
BY_TWO = ", decided_by_id = (SELECT MAX(id) FROM accounts_person)"
DISCLOSED = (
    ", approved_by_id = (SELECT MAX(id) FROM accounts_person), published_at = created_at, ended_reason = 'x'"
    ", publish_at = created_at"
)
# What the database asks for beside a state.
BESIDES = {
    ("opinion", "cast"): ", verdict = 'approved'",
    ("review", "approved"): ", recheck_result = 'agreed'",
    ("recheck_opinion", "cast"): ", vote = 'agree'",
    **{("sanction", state): BY_TWO for state in ("decided", "served", "in_force", "ended", "revoked")},
    ("appeal", "upheld"): ", answer = 'x'",
    ("appeal", "dismissed"): ", answer = 'x'",
    ("exemption", "granted"): ", ground = 'anonymised'",
    ("emergency_event", "ended"): ", ended_at = starts_at",
    **{("annual_report", state): ", digest = 'x'" for state in ("signed", "submitted", "accepted")},
    ("commitment", "signed"): ", lead_signed_at = created_at, unit_signed_at = created_at",
    **{("sampling_plan", state): ", seed = 'x', population_sm3 = 'x'" for state in AFTER_SEED},
    **{("warning", state): ", grounds = 'x', settled_at = raised_at" for state in ("closed", "ruled_out")},
    **{("disclosure", state): DISCLOSED for state in ("approved", "published", "superseded", "withdrawn")},
    **{("inspection", state): ", announced_at = planned_at" for state in ("announced", "on_site", "commenting")},
    **{
        ("inspection", state): ", announced_at = planned_at, report = 'x', reported_at = planned_at"
        for state in ("reported", "closed")
    },
    ("entrustment", "in_force"): ", starts = '2026-01-01'",
    ("recognition", "accepted"): ", valid_until = '2030-01-01', decision_id = (SELECT MIN(id) FROM reviews_decision)",
    ("participation", "agreed"): ", decision_id = (SELECT MIN(id) FROM reviews_decision)",
    ("participation", "differing"): ", decision_id = (SELECT MIN(id) FROM reviews_decision)",
    ("foreign_approval", "entered"): ", basis = 'not_prescribed', reason = 'x'",
    ("foreign_approval", "confirmed"): ", basis = 'not_prescribed', reason = 'x'",
}


@dataclass(frozen=True)
class Cell:
    """One person before one object in one state."""

    noun: str
    state: str
    who: str
    sees: bool
    tried: frozenset[str]  # what begins in this state; in the first of all, every step there is
    permitted: frozenset[str]  # of these, what is not answered with 403 or 404
    now: tuple[str, ...]  # of these, what begins in this state
    offered: tuple[str, ...]  # what a face would draw as a button


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


def cells(made: Scene, noun: str, only: Collection[str] = ()) -> Iterator[Cell]:
    """Every state (or those in `only`), every person. Set by SQL: many of these no path has reached yet."""
    obj = made.objects[noun]
    for state in only or states_of(type(obj)):
        with transaction.atomic():
            _set_state(obj, state)
            there = type(obj)._base_manager.get(pk=obj.pk)
            for who, one in made.people.items():
                yield _cell(made, there, who, one)
            transaction.set_rollback(True)


def states_of(model: type[Lifecycle]) -> dict[str, str]:
    return {str(value): str(label) for value, label in model._meta.get_field("state").flatchoices}


def _set_state(obj: Lifecycle, state: str) -> None:
    if len(states_of(type(obj))) == 1:
        # It is there already, and such a row may be kept as written.
        return
    extra = BESIDES.get((obj.noun, state), "")
    key = obj._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {obj._meta.db_table} SET state = %s{extra} WHERE {key} = %s", [state, obj.pk])  # noqa: S608


def _cell(made: Scene, obj: Lifecycle, who: str, one: Person | Any) -> Cell:
    sees = who == "system" or type(obj).objects.visible_to(standing_of(one, made.at)).filter(pk=obj.pk).exists()
    declared = steps_of(type(obj))
    first = obj.state == next(iter(states_of(type(obj))))
    tried = frozenset(name for name, step in declared.items() if first or obj.state in step.sources)
    # Who may not know of the object is turned away before the step is looked at: one try says it for all.
    asked = tried if sees else list(declared)[:1]
    permitted = frozenset(name for name in asked if _permits(obj, name, one, made.at))
    now = tuple(name for name, step in declared.items() if name in permitted and obj.state in step.sources)
    offered = tuple(view.name for view in open_steps(obj, one, at=made.at)) if sees else ()
    return Cell(obj.noun, str(obj.state), who, sees, tried, permitted, now, offered)


def _permits(obj: Lifecycle, name: str, one: Person | Any, at: datetime) -> bool:
    """Tried, without any input, and undone."""
    with transaction.atomic():
        try:
            perform(obj, name, by=one, at=at)
        except (NotVisible, NotPermitted):
            return False
        except (Refused, InvalidInput):
            return True
        except TypeError:
            # A consequence that somebody's step would have given its terms: it was let in.
            return True
        finally:
            transaction.set_rollback(True)
    return True


def declared_for(who: str, noun: str, step: Step, *, simplified: bool = False) -> bool:
    """What the declaration alone says of this person."""
    capacities = CAPACITIES[who]
    if simplified:
        # No meeting has it, so nobody presides.
        capacities = (capacities | MORE_IN_SIMPLIFIED.get(who, set())) - {"presider"}
    if noun == "opinion":
        # A ballot knows these alone; another member is none of them.
        capacities = capacities & {"secretary", "chair", "presider", "voter", "consequence"}
    if noun == "recheck_opinion":
        capacities = capacities & {"organiser", "recheck_expert", "operator", "consequence"}
    if noun == "alliance":
        # Of the institution that founded it, of one that is in it, of one that is not.
        capacities = capacities & {"fellow", "outsider"} | ({"founder"} if who == "institution_officer" else set())
    if noun == "entrustment":
        # The committee is its institution's, whose officers answer for it.
        answering = {"trustee"} if who == "institution_officer" else set()
        capacities = (capacities - {"institution_officer"}) | answering
    if noun == "expert":
        # The department keeps the register; who stands in it changes nothing of it.
        capacities = capacities & {"keeper", "operator"}
    if noun == "mandate":
        # The committee does not know of it; who acts by it may give it back.
        capacities = capacities & {"lead", "institution_officer", "consequence"}
        capacities |= {"delegate"} if who == "team" else set()
    if noun == "warning":
        # The department settles it; who answers for the committee or its institution explains.
        capacities = capacities & {"watcher", "secretary", "chair", "institution_officer", "consequence"}
    if noun in ("inspection", "rectification"):
        # The department and its team; who answers for the committee that is inspected, or its institution.
        inspected = {"inspecting", "inspector", "institution_officer", "secretary", "chair"}
        capacities = capacities & (inspected | {"consequence"})
    if noun == "sample_item":
        # Once something is asked of it, the committee is shown what its secretary or its chair answers.
        capacities = capacities & {"sampler", "secretary", "chair", "consequence"}
    if noun == "training_plan":
        # Of the committee: its secretary or chair, and an officer of its institution.
        capacities = capacities & {"operator", "consequence"}
        capacities |= {"trainer"} if who in {"secretary", "chair", "institution_officer"} else set()
    if noun == "commitment":
        # The letter of the lead's own project, and of its unit.
        capacities = capacities & {"lead", "institution_officer", "consequence"}
    if noun == "annual_report" and who == "organiser":
        # The department to which it goes.
        capacities = capacities | {"receiver"}
    if noun == "absence":
        # Nobody is away for another.
        capacities = {"absentee"} if who == "voter" else set()
    if noun == "committee":
        # An operator keeps the centres; an institution's committee is kept by its own officers.
        capacities = capacities - {"operator"}
    return bool(step.by & capacities)


def render(rows: list[Cell]) -> str:
    lines = [
        "Who may take which step, by kind of object, state and person.",
        "A person who sees the object and has no step is shown with “sees”; one who does not see it, with a dash.",
    ]
    last = ""
    for cell in rows:
        head = f"{cell.noun}: {cell.state} {states_of(nouns()[cell.noun])[cell.state]}"
        if head != last:
            lines += ["", head]
            last = head
        said = ", ".join(cell.now) if cell.now else "sees" if cell.sees else "-"
        lines.append(f"    {cell.who:20} {said}")
    return "\n".join(lines) + "\n"
