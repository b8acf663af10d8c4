"""One object of every kind, in one city, around a review on which all have voted."""

from dataclasses import dataclass
from pathlib import Path

from ethicsreview.accounts.models import ApiToken
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.work.asking import ask
from reviews.models import Appeal
from reviews.models.absences.announcing import announce
from reviews.models.exemptions.exempting import start_exemption
from tests.committees.builders import committee, keeper_of, person
from tests.reviews.amendments import authorise, team_member
from tests.reviews.annual import reported_year, training
from tests.reviews.appeals import filed, rejected
from tests.reviews.builders import Case
from tests.reviews.complaints import beside
from tests.reviews.disclosures import disclosed
from tests.reviews.emergencies import event
from tests.reviews.entrusting import Agreement
from tests.reviews.following import filed as reported
from tests.reviews.inspections import beside as inspected
from tests.reviews.programmes import looked_up, managing
from tests.reviews.recheck_builders import Listed
from tests.reviews.recognising import Asked
from tests.reviews.rules.answers import RECORDS
from tests.reviews.sampling import sampled
from tests.reviews.together import Joint, unit
from tests.reviews.warnings import raised


@dataclass(frozen=True)
class World:
    """By collection, a reference and the token of somebody concerned."""

    refs: dict[str, str]
    tokens: dict[str, str]
    media: Path = Path()


OWN_SIDE = (
    "projects",
    "assessments",
    "reviews",
    "foreign-approvals",
    "collaborations",
    "participations",
    "recognitions",
)
ACCUSING = ("complaints", "investigations", "respondents", "sanctions")
SAMPLED = ("sampling-plans", "sample-items")
PROGRAMMES = ("programmes", "programme-entries", "commitments", "record-lookups")
INSPECTED = ("inspections", "rectifications")
WATCHED = ("warnings", "indicators", "disclosures")
OF_DEPARTMENT = (
    *("rechecks", "recheck-opinions", "experts", "emergency-events"),
    *(*SAMPLED, *WATCHED, *ACCUSING, *PROGRAMMES, *INSPECTED),
)


def populated(path: Case) -> World:
    """Beside the review, one of each other kind."""
    lead, chair = ApiToken.issue(path.lead)[1], ApiToken.issue(path.chair)[1]
    listed = Listed(path.committee, path.lead, path.at).with_department().with_experts()
    listed.passed().referred().paneled().accept(listed.experts[0])
    spared = Case(path.committee, path.lead, path.at, RECORDS).assessed()
    organiser = ApiToken.issue(listed.organiser)[1]
    approved = Case(path.committee, path.lead, path.at).concluded()
    appeal = filed(rejected(Case(path.committee, path.lead, path.at)))
    joined = Joint(path, [unit("370200", at=path.at, committee=False)]).started().invite()
    unit_of_lead = path.project.institution
    entrusted = Agreement(unit_of_lead, keeper_of(unit_of_lead), committee(at=path.at), path.at).begun(paper=False)
    waiting = Case(path.committee, path.lead, path.at).accepted()
    recognised = Asked(Case(path.committee, path.lead, path.at), waiting).founded().begun()
    # A file that is served here is closed by nobody: the caller is no server.
    Appeal.objects.update(document=None)
    plan, item = sampled(approved, listed.organiser, listed.department)
    accused = beside(listed.department, person(), person(), listed.organiser, path.at)
    today = law_day(path.at)
    refs = {
        **{collection: one.ref for collection, one in accused.items()},
        "projects": path.project.ref,
        "assessments": path.assessment.ref,
        "reviews": path.review.ref,
        "meetings": path.meeting.ref,
        "opinions": path.ballot_of(path.chair).ref,
        "committees": path.committee.ref,
        "follow-ups": approved.project.follow_ups.get().ref,
        "reports": reported(approved, "deviation").ref,
        "foreign-approvals": f"{path.project.ref}-DE",
        "appeals": appeal.ref,
        "collaborations": joined.collaboration.ref,
        "participations": joined.units[0].participation.ref,
        "entrustments": entrusted.entrustment.ref,
        "alliances": recognised.alliance.ref,
        "recognitions": recognised.recognition.ref,
        "exemptions": start_exemption(spared.project, by=path.lead, at=path.at).ref,
        "rechecks": listed.recheck.ref,
        "recheck-opinions": listed.seat(listed.experts[0]).ref,
        "experts": listed.experts[0].ref,
        "mandates": authorise(path, team_member(path)).ref,
        "sampling-plans": plan.ref,
        "sample-items": item.ref,
        "warnings": raised(approved, path.at).ref,
        "disclosures": disclosed(listed.department, listed.organiser, path.at).ref,
        "annual-reports": reported_year(path.committee, listed.department, at=path.at).ref,
        "training-plans": training(path.committee, by=path.chair, at=path.at).ref,
        "emergency-events": event(at=path.at, by=listed.organiser).ref,
        "jobs": ask("project.dossier", by=path.lead, at=path.at, title="卷宗", terms={"project": path.project.ref}).ref,
        "absences": announce(path.committee, by=path.members[4], starts_on=today, ends_on=today, at=path.at).ref,
    }
    visit, wrong = inspected(listed.department, listed.organiser, listed.organiser, path.committee, path.at)
    refs |= {"inspections": visit.ref, "rectifications": wrong.ref}
    managed = managing(listed.organiser, listed.department, approved)
    refs |= {
        "programmes": managed.programme.ref,
        "programme-entries": managed.entry.ref,
        "commitments": managed.letter.ref,
        "record-lookups": looked_up(managed).ref,
    }
    asking = dict.fromkeys((*OWN_SIDE, "jobs", "mandates", "me"), lead)
    asking |= dict.fromkeys(OF_DEPARTMENT, organiser)
    asking |= dict.fromkeys(("entrustments", "alliances"), ApiToken.issue(entrusted.truster)[1])
    return World(refs, {collection: asking.get(collection, chair) for collection in [*refs, "me", "indicators"]})
