"""The programs of the people around a committee, each with the token of its own person.

What they know comes from the API: who they are, what is waiting for them, what a step asks and whom one may choose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.models import Person, Role
from tests.committees.builders import keeper_of, people_of
from tests.memory import remembered
from tests.reviews.api.client import Caller, among
from tests.reviews.builders import Case, case, with_password
from tests.reviews.rules.answers import SURVEY

Obj = dict[str, Any]


@dataclass
class Machines:
    """`answers`: to the questionnaire on risk, by its questions."""

    committee: Committee
    researcher: Person
    answers: dict[str, Any] = field(default_factory=lambda: dict(SURVEY))

    @property
    def members(self) -> list[Person]:
        seats = self.committee.voting_members_at(timezone.localdate()).order_by("pk")
        return [with_password(seat.person) for seat in seats]

    @property
    def lead(self) -> Caller:
        return Caller(self.researcher)

    @property
    def secretary(self) -> Caller:
        return Caller(with_password(people_of(self.committee, Role.SECRETARY)[0]))

    @property
    def chair(self) -> Caller:
        return Caller(with_password(people_of(self.committee, Role.CHAIR)[0]))

    @property
    def officer(self) -> Caller:
        return Caller(with_password(keeper_of(self.committee)))

    def project(self, **more: Any) -> Obj:
        lead = self.lead
        [unit] = {one["body"]["ref"] for one in lead.read("/me")["roles"]}
        return lead.begin("/projects", title="中学生睡眠研究", field="medicine", institution=unit, **more)

    @remembered
    def assessed(self, **more: Any) -> Obj:
        """The project, its risk assessed."""
        lead, project = self.lead, self.project(**more)
        self.assess(lead, project)
        return lead.again(project)

    def assess(self, lead: Caller, project: Obj) -> Obj:
        """Answered question by question, as each answer brings up more."""
        answers: dict[str, Any] = {}
        terms: dict[str, Any] = {"answers": answers}
        while True:
            answer = lead.post(f"/projects/{project['ref']}/assessment", terms)
            assert answer.status_code == 200, answer.content.decode()
            assessment = answer.json()
            if not assessment["missing"]:
                return lead.take(assessment, "complete")
            known = {one["key"]: self.answers.get(one["key"]) for one in assessment["missing"]}
            assert any(value is not None for value in known.values()), known
            answers |= {key: value for key, value in known.items() if value is not None}
            terms = {"answers": answers, "revision": assessment["revision"]}

    @remembered
    def submitted(self, **more: Any) -> Obj:
        lead, project = self.lead, self.assessed(**more)
        review = lead.begin(f"/projects/{project['ref']}/reviews")
        return self.submit(lead, review)

    def submit(self, lead: Caller, review: Obj) -> Obj:
        fill_in(lead, review)
        return lead.take(review, "submit", signature=lead.read("/me")["person"]["name"])

    @remembered
    def accepted(self, **more: Any) -> Obj:
        return self.accept(self.submitted(**more))

    def accept(self, review: Obj, **terms: Any) -> Obj:
        """For the general procedure, where nothing else is said."""
        secretary = self.secretary
        offered = secretary.steps(review)["accept"]
        given = {"procedure": "general", "procedure_ground": "风险高于最低风险", **terms}
        return secretary.take_offered(review, offered, **given)

    @remembered
    def meet(self, review: Obj, verdict: str = "approved", **terms: Any) -> Obj:
        """A meeting is called, everybody votes so, and the chair concludes; the review after it."""
        self.vote(review, verdict)
        return self.chair.take(self.chair.again(review), "conclude", **terms)

    @remembered
    def vote(self, review: Obj, verdict: str) -> Obj:
        """The meeting, at which all have voted."""
        meeting = self.open_meeting(review)
        for person in self.members:
            speak(Caller(person), verdict)
        return meeting

    @remembered
    def open_meeting(self, review: Obj) -> Obj:
        secretary = self.secretary
        starts = timezone.now() + timedelta(minutes=30)
        meeting = secretary.begin(
            "/meetings", committee=review["committee"]["ref"], title="审查会议", starts_at=starts.isoformat()
        )
        # What the simplified procedure turned over is under review already.
        name = "begin" if "begin" in secretary.open(review) else "reschedule"
        secretary.take(review, name, meeting=meeting["ref"])
        marking = secretary.steps(meeting)["mark_attendance"]
        presence = dict.fromkeys(marking["input"]["properties"], "present")
        meeting = secretary.take_offered(meeting, marking, **presence)
        return secretary.take(meeting, "open")

    @remembered
    def close(self, review: Obj) -> Obj:
        """The last meeting that was about it, its minutes signed."""
        chair = self.chair
        [meeting, *_earlier] = chair.again(review)["belonging"]["meetings"]
        return chair.take(meeting, "close", minutes="逐项审议。")

    @remembered
    def approved(self, **more: Any) -> Obj:
        """The project, approved: by two members where its risk is minimal, else by a meeting."""
        review = self.submitted(**more)
        if self.answers["risk_level"] == "minimal":
            terms = {"procedure": "simplified", "procedure_ground": "不高于最低风险"}
            review = self.designate(self.accept(review, **terms))
            review = self.chair.take(review, "conclude", follow_up_months="12")
        else:
            review = self.meet(self.accept(review))
        return self.lead.read(review["project"]["url"])

    @remembered
    def designate(self, review: Obj, verdict: str = "approved") -> Obj:
        """Two members are designated by name, and say so; the review when they have."""
        chair = self.chair
        names = [person.name for person in self.members[-2:]]
        begin = chair.steps(review)["begin"]
        chosen = among(begin["input"]["properties"]["reviewers"], *names)
        chair.take_offered(review, begin, reviewers=chosen, opinion_due=timezone.localdate().isoformat())
        for person in self.members[-2:]:
            speak(Caller(person), verdict)
        return chair.again(review)


def speak(member: Caller, verdict: str) -> None:
    """Says so wherever an opinion is still asked for."""
    for opinion in member.listed("opinions", state="assigned"):
        cast = member.steps(opinion)["cast"]
        if cast["open"]:
            member.take_offered(opinion, cast, verdict=verdict, comment="见逐项意见")


def fill_in(lead: Caller, review: Obj, values: Mapping[str, Any] | None = None) -> None:
    """Whatever the application asks for and has not got, as often as that brings up more."""
    while True:
        asked, version = lead.read(f"{review['url']}/application"), lead.again(review)["versions"][-1]
        fields = [one for part in asked["sections"] if part["open"] for one in part["fields"] if one["required"]]
        wanting = {one["key"]: value_of(one) for one in fields if one["key"] not in version["content"]}
        wanting = {key: (values or {}).get(key, value) for key, value in wanting.items()}
        if not wanting:
            break
        terms = {"revision": version["revision"], "values": wanting}
        written = lead.put(f"/reviews/{review['ref']}/content", terms)
        assert written.status_code == 200, written.content.decode()
    present = {one["kind"] for one in version["documents"]}
    for paper in asked["materials"]:
        if paper["required"] and paper["open"] and paper["kind"] not in present:
            lead.hand_in(f"{review['url']}/documents", kind=paper["kind"])


def value_of(asked: Obj) -> Any:
    """Something lawful for a field, by what the API says of it."""
    match asked["kind"]:
        case "choice":
            return asked["options"][0]["key"]
        case "multichoice":
            return [option["key"] for option in asked["options"]]
        case "people":
            return [{one["key"]: "2026-01-10" if one["kind"] == "date" else "见附件" for one in asked["columns"]}]
        case "number":
            return 120
        case "bool":
            return False
        case "date":
            return "2028-09-01" if asked["key"].startswith("end") else "2027-09-01"
    return "见方案第三章。"[: asked["max_length"]]


@remembered
def machines(answers: dict[str, Any] | None = None, **committee: Any) -> Machines:
    """People, their institution and their committee; nothing has begun."""
    return of(case(**committee), answers)


def of(path: Case, answers: dict[str, Any] | None = None) -> Machines:
    made = Machines(path.committee, path.lead)
    if answers is not None:
        made.answers = dict(answers)
    return made
