"""Amendments on their way, for the tests of every face."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import Mandate, Project, ProjectMember, Review
from reviews.models.amending.beginning import start_amendment
from reviews.models.submissions.submission import keep_section
from tests.committees.builders import keeper_of
from tests.committees.builders import person as somebody
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, case, signing, with_password

DESIGN = "样本量由60例增加至90例，随访由6个月延长至12个月。"


@dataclass
class Change(Case):
    """An approved project, and an amendment of it."""

    initial: Review = field(init=False)

    @property
    def officer(self) -> Person:
        return with_password(keeper_of(self.committee))

    @remembered
    def approved(self) -> "Change":
        self.concluded()
        self.initial = self.review
        self.project = Project.objects.get(pk=self.project.pk)
        return self

    @remembered
    def begun(self) -> "Change":
        self.approved()
        return self.begin()

    def begin(self) -> "Change":
        self.at += timedelta(minutes=1)
        self.review = start_amendment(self.project, by=self.lead, at=self.at)
        return self

    def choose(self, *parts: str, risk: str = "no", by: Person | None = None) -> "Change":
        terms = {"parts": list(parts or ["plan"]), "reason": "入组较预期顺利，扩大样本", "risk_changed": risk}
        self.do("choose_parts", by or self.lead, **terms)
        return self

    def write(self, by: Person | None = None, **values: Any) -> "Change":
        version = self.review.draft_submission
        values = values or {"design": DESIGN}
        keep_section(version, by=by or self.lead, revision=version.revision, values=values, at=self.at)
        return self

    def explain(self, by: Person | None = None, **changes: Any) -> "Change":
        self.do("explain_change", by or self.lead, **explained(self.review, **changes))
        return self

    @remembered
    def written(self) -> "Change":
        self.begun()
        return self.choose().write().explain()

    @remembered
    def handed_in(self, **changes: Any) -> "Change":
        self.written()
        if changes:
            self.explain(**changes)
        self.do("submit", self.lead, **signing(self.lead))
        return self

    def weigh(self, *, small: str = "no", major: str = "no") -> "Change":
        self.do("weigh_change", self.secretary, small=small, major_risk=major, ground="见变更说明")
        return self

    def accept(self, procedure: str = "general", **terms: Any) -> "Change":
        terms = {"procedure": procedure, "procedure_ground": "见认定", "listed": "no", **terms}
        self.do("accept", self.secretary, **terms)
        return self

    def meet(self, *verdicts: str, **terms: Any) -> "Change":
        self.do("begin", self.secretary, meeting=self.planned().ref)
        self.open_meeting()
        self.vote(*verdicts)
        self.do("conclude", self.chair, password=PASSWORD, **terms)
        return self

    @remembered
    def decided(self, *verdicts: str, **terms: Any) -> "Change":
        self.handed_in()
        return self.weigh().accept().meet(*verdicts, **terms)

    def give(self, *members: Person) -> "Change":
        """The designated members approve."""
        for member in members:
            self.cast(member)
        return self

    @remembered
    def simply_decided(self, **terms: Any) -> "Change":
        self.handed_in()
        self.weigh(small="yes").accept("simplified").designate()
        self.give(*self.members[-2:])
        self.do("conclude", self.chair, password=PASSWORD, **terms)
        return self

    @property
    def now(self) -> Project:
        return Project.objects.select_related("in_force__review", "lead").get(pk=self.project.pk)


def explained(review: Review, **changes: Any) -> dict[str, Any]:
    told = {f"what__{part}": "见新版本" for part in review.amendment.parts}
    told |= {"risk_benefit": "unchanged", "urgent": "no", "informing": ""}
    return told | changes


@remembered
def change(**terms: Any) -> Change:
    """Begun by noon: an approval and its amendment take two meetings, and are of one day."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    made = case(**{"at": min(timezone.now(), noon), **terms})
    changed = Change(made.committee, made.lead, made.at)
    changed.answers = made.answers
    return changed


def colleague(path: Case, name: str = "李接任") -> Person:
    """Somebody of the institution's research staff who has nothing to do with the project yet."""
    found = with_password(somebody())
    Person.objects.filter(pk=found.pk).update(name=name)
    found.name = name
    body = path.committee.institution
    Appointment.objects.create(person=found, role=Role.RESEARCHER, body=body, starts=law_day(path.at))
    return found


def team_member(path: Case) -> Person:
    found = colleague(path, "王代办")
    ProjectMember.objects.create(project=path.project, person=found, name=found.name)
    return found


def step(path: Case, obj: Any, name: str, by: Any, **terms: Any) -> Any:
    path.at += timedelta(minutes=1)
    return perform(obj, name, by=by, at=path.at, **terms)


def authorise(path: Case, person: Person, *acts: str, days: int = 30, **terms: Any) -> Mandate:
    """The lead lets somebody of the team act for them; to submit, where nothing else is said."""
    day = law_day(path.at)
    terms = {"starts_on": day.isoformat(), "ends_on": (day + timedelta(days=days)).isoformat(), **terms}
    step(path, path.project, "authorise", path.lead, person=person.username, acts=list(acts or ["submit"]), **terms)
    return Mandate.objects.get(project=path.project, person=person, state="in_force")
