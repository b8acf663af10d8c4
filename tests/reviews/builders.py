"""Projects and reviews on their way, made through the steps that make them in life."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create, perform
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.policy.catalogues import materials
from reviews.models import Material, Meeting, Opinion, Project, Review, RiskAssessment, Submission
from reviews.models.applying import start_assessment, start_project, start_review
from reviews.models.opinions.forms import concerns_asked, criteria_for
from reviews.models.reviewing.forms import answered_before
from reviews.models.submissions.submission import keep_section
from reviews.rules.checklist import missing
from reviews.samples.application import filled, value_for
from tests.committees.builders import committee, declare_for_the_year, people_of, person
from tests.factories import FIRST
from tests.memory import remembered
from tests.reviews.rules.answers import SURVEY

_numbers = count(FIRST + 1)
PASSWORD = "a-long-enough-password"

__all__ = ["PASSWORD", "Case", "ballot", "case", "codes", "filled", "signing", "value_for", "with_password"]


def signing(who: Person) -> dict[str, Any]:
    """The input of a step that one signs by name."""
    return {"agree": True, "signature": who.name}


def with_password(who: Person) -> Person:
    if not who.check_password(PASSWORD):
        who.set_password(PASSWORD)
        who.save(update_fields=["password"])
    return who


@dataclass
class Case:
    """A review with the people around it. Each method takes it one step on, as those people would."""

    committee: Committee
    lead: Person
    at: datetime
    answers: dict[str, Any] = field(default_factory=lambda: dict(SURVEY))
    project: Project = field(init=False)
    assessment: RiskAssessment = field(init=False)
    review: Review = field(init=False)
    meeting: Meeting = field(init=False)

    @property
    def secretary(self) -> Person:
        return with_password(people_of(self.committee, Role.SECRETARY)[0])

    @property
    def chair(self) -> Person:
        return with_password(people_of(self.committee, Role.CHAIR)[0])

    @property
    def members(self) -> list[Person]:
        seats = self.committee.voting_members_at(law_day(self.at)).order_by("pk")
        return [with_password(seat.person) for seat in seats]

    def do(self, name: str, by: Person, **terms: Any) -> Review:
        self.at += timedelta(minutes=1)
        if name == "submit" and answered_before(self.review):
            # Of a review anew the answers on risk are confirmed.
            terms = {"assessment_holds": True, **terms}
        self.review = perform(self.review, name, by=by, at=self.at, **terms)
        return self.review

    @remembered
    def assessed(self) -> "Case":
        self.project = start_project(
            by=self.lead,
            institution=self.committee.institution,
            title=f"项目{next(_numbers)}",
            field="medicine",
            at=self.at,
        )
        draft = start_assessment(self.project, by=self.lead, at=self.at)
        RiskAssessment.objects.filter(pk=draft.pk).update(answers=self.answers)
        self.assessment = perform(draft, "complete", by=self.lead, at=self.at)
        return self

    @remembered
    def drafted(self) -> "Case":
        self.assessed()
        self.review = start_review(self.project, by=self.lead, committee=self.committee, at=self.at)
        self.fill(self.review.draft_submission)
        return self

    def fill(self, version: Submission) -> None:
        """Every field that is asked gets a value, every document that is required a file."""
        conclusions = self.assessment.conclusions
        content = filled(version, conclusions)
        keep_section(version, by=self.lead, revision=version.revision, values=content, at=self.at)
        present = set(version.materials.values_list("kind", flat=True))
        for rule in missing(conclusions, materials(self.at), present):
            file = ContentFile(f"{rule.zh}。".encode(), name=f"{rule.key}.txt")
            kept = store(None, file, by=self.lead, at=self.at, title=rule.zh, kind=rule.key)
            Material.objects.create(submission=version, kind=rule.key, version=kept)

    @remembered
    def submitted(self) -> "Case":
        self.drafted()
        self.do("submit", self.lead, **signing(self.lead))
        return self

    @remembered
    def accepted(self, **terms: Any) -> "Case":
        self.submitted()
        terms = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no", **terms}
        self.do("accept", self.secretary, **terms)
        return self

    @remembered
    def planned(self, after: timedelta = timedelta(hours=1)) -> Meeting:
        """`after`: a test that goes on by the clock at the real time holds it at once, lest it end tomorrow."""
        self.meeting = create(
            Meeting(committee=self.committee, title=f"第{next(_numbers)}次会议", starts_at=self.at + after),
            by=self.secretary,
            at=self.at,
        )
        return self.meeting

    @remembered
    def simplified(self, **terms: Any) -> "Case":
        """Accepted for the simplified procedure."""
        return self.accepted(procedure="simplified", procedure_ground="风险不高于最低风险", **terms)

    @remembered
    def designated(self, *reviewers: Person, days: int = 7) -> "Case":
        """Under review by these members; without any, by the last two."""
        self.simplified()
        return self.designate(*reviewers, days=days)

    @remembered
    def designate(self, *reviewers: Person, days: int = 7) -> "Case":
        declare_for_the_year(self.committee, self.at)
        chosen = reviewers or self.members[-2:]
        due = law_day(self.at) + timedelta(days=days)
        self.do("begin", self.chair, reviewers=[self.seat_of(one) for one in chosen], opinion_due=due)
        return self

    def seat_of(self, member: Person) -> str:
        return str(self.committee.voting_members_at(law_day(self.at)).get(appointment__person=member).pk)

    @remembered
    def in_review(self, **terms: Any) -> "Case":
        self.accepted(**terms)
        self.do("begin", self.secretary, meeting=self.planned().ref)
        return self

    @remembered
    def opened(self, *, absent: int = 0, **terms: Any) -> "Case":
        """The meeting is open with all members there but the last `absent` ones."""
        self.in_review(**terms)
        self.open_meeting(absent=absent)
        return self

    @remembered
    def open_meeting(self, *, absent: int = 0) -> None:
        self.at = max(self.at, self.meeting.starts_at)
        declare_for_the_year(self.committee, self.at)
        seats = list(self.committee.voting_members_at(law_day(self.at)).order_by("pk"))
        there = len(seats) - absent
        marks = {f"presence__{seat.pk}": "present" if n < there else "absent" for n, seat in enumerate(seats)}
        perform(self.meeting, "mark_attendance", by=self.secretary, at=self.at, **marks)
        self.meeting = perform(self.meeting, "open", by=self.secretary, at=self.at)

    def mark(self, **presence: str) -> None:
        """Attendance as it stands, but for those who are named."""
        kept = {f"presence__{row.membership_id}": row.presence for row in self.meeting.attendances.all()}
        perform(self.meeting, "mark_attendance", by=self.secretary, at=self.at, **kept | presence)

    def ballot_of(self, member: Person) -> Opinion:
        return Opinion.objects.get(review=self.review, person=member, round=self.review.round)

    def cast(self, member: Person, verdict: str = "approved", **changes: Any) -> Opinion:
        self.at += timedelta(minutes=1)
        terms = ballot(self.review, verdict) | changes
        return perform(self.ballot_of(member), "cast", by=member, at=self.at, **terms)

    @remembered
    def voted(self, *verdicts: str, absent: int = 0, **terms: Any) -> "Case":
        """All who attend vote: as given, and approve beyond that."""
        self.opened(absent=absent, **terms)
        self.vote(*verdicts, absent=absent)
        return self

    @remembered
    def vote(self, *verdicts: str, absent: int = 0) -> None:
        there = self.members[: len(self.members) - absent]
        for number, member in enumerate(there):
            self.cast(member, verdicts[number] if number < len(verdicts) else "approved")

    @remembered
    def concluded(self, *verdicts: str, **terms: Any) -> "Case":
        self.voted(*verdicts)
        self.do("conclude", self.chair, password=PASSWORD, **terms)
        return self


def ballot(review: Review, verdict: str) -> dict[str, Any]:
    answers = {f"criterion__{criterion.key}": "meets" for criterion in criteria_for(review)}
    if review.is_simplified:
        answers |= {f"concern__{key}": "no" for key in concerns_asked(review)}
    return answers | {"verdict": verdict, "comment": "见逐项意见", "password": PASSWORD}


@remembered
def case(
    *,
    at: datetime | None = None,
    answers: dict[str, Any] | None = None,
    size: int = 7,
    region: str = "370100",
    **fields: Any,
) -> Case:
    """A committee and a lead of its institution, before anything has begun."""
    at = at or timezone.now()
    reviewing = committee(size, region, at=at, **fields)
    lead = with_password(person())
    Appointment.objects.create(person=lead, role=Role.RESEARCHER, body=reviewing.institution, starts=law_day(at))
    made = Case(reviewing, lead, at)
    if answers is not None:
        made.answers = answers
    return made


def refused(path: Case, name: str, by: Person, **terms: Any) -> dict[str, str]:
    """What a step is refused with: citation by code."""
    with pytest.raises(Refused) as caught:
        path.do(name, by, **terms)
    return {refusal.code: refusal.cite for refusal in caught.value.refusals}


def codes(caught: Any) -> set[str]:
    """Of the refusals that were raised."""
    return {refusal.code for refusal in caught.value.refusals}
