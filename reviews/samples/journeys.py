"""One activity on its way through the general or the simplified procedure, each step taken by whose it is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.drafts import keep_draft
from ethicsreview.policy.catalogues import materials, questionnaire
from reviews.models import Meeting, Opinion, Project, Review, RiskAssessment
from reviews.models.applying import start_assessment, start_meeting, start_project, start_review
from reviews.models.opinions.forms import concerns_asked, criteria_for
from reviews.models.submissions.submission import keep_section
from reviews.models.submissions.writing import hand_in
from reviews.rules.checklist import missing
from reviews.samples.application import filled
from reviews.samples.houses import House
from reviews.samples.people import PASSWORD
from reviews.samples.stories import Story

PAUSE = timedelta(minutes=7)
REQUIREMENTS = ["在知情同意书中写明退出方式和联系人。", "补充数据保存期满后的销毁程序。"]
SIMPLIFIED_GROUND = "匿名问卷，风险不高于日常生活中的常规风险"
GROUND = "风险高于最低风险，或者需要会议讨论"


@dataclass
class Journey:
    """`at` runs on with each step."""

    house: House
    lead: Person
    story: Story
    at: datetime
    # From the entry to the planned first day.
    starts_in: timedelta = timedelta(days=90)
    project: Project = field(init=False)
    assessment: RiskAssessment = field(init=False)
    review: Review = field(init=False)

    def begin(self) -> "Journey":
        day = law_day(self.at)
        self.project = start_project(
            by=self.lead,
            institution=self.house.institution,
            title=self.story.title,
            field=self.story.field,
            starts_on=day + self.starts_in,
            ends_on=day + timedelta(days=820),
            at=self.at,
        )
        return self

    def assess(self) -> "Journey":
        draft = start_assessment(self.project, by=self.lead, at=self.later())
        # What is asked changes with the law.
        asked = {question.key for question in questionnaire(self.at).questions}
        answers = {key: answer for key, answer in self.story.answers.items() if key in asked}
        keep_draft(draft, by=self.lead, revision=draft.revision, at=self.at, answers=answers)
        self.assessment = perform(draft, "complete", by=self.lead, at=self.later())
        return self

    def apply(self) -> "Journey":
        self.review = start_review(self.project, by=self.lead, committee=self.house.committee, at=self.later())
        self.write()
        return self

    def write(self) -> None:
        """Fill in what is asked and hand in what is missing."""
        version, conclusions = self.review.draft_submission, self.assessment.conclusions
        assert version is not None
        content = filled(version, conclusions, texts=self.story.texts, day=law_day(self.at))
        keep_section(version, by=self.lead, revision=version.revision, values=content, at=self.at)
        present = set(version.materials.values_list("kind", flat=True))
        for rule in missing(conclusions, materials(self.at), present):
            text = f"{self.story.title}\n{rule.zh}\n\n一、目的\n{self.story.texts.get('purpose', '见方案。')}\n"
            file = ContentFile(text.encode(), name=f"{rule.zh}.txt")
            hand_in(version, rule.key, file, by=self.lead, at=self.at, title=rule.zh)

    def submit(self) -> "Journey":
        return self.take("submit", self.lead, **self._signature())

    def request_supplement(self, **items: str) -> "Journey":
        notes = {f"item__{item}": note for item, note in items.items()}
        return self.take("request_supplement", self.house.secretary, **notes)

    def accept(self, **listing: Any) -> "Journey":
        terms = {"procedure": "general", "procedure_ground": GROUND, "listed": "no", **listing}
        return self.take("accept", self.house.secretary, **terms)

    def accept_simplified(self) -> "Journey":
        terms = {"procedure": "simplified", "procedure_ground": SIMPLIFIED_GROUND, "listed": "no"}
        return self.take("accept", self.house.secretary, **terms)

    def accept_urgently(self, event: str, *, tier: int = 1, ground: str, **listing: Any) -> "Journey":
        """By whoever is at hand; here it is the secretary."""
        terms = {"event": event, "tier": tier, "procedure_ground": ground, "listed": "no", **listing}
        return self.take("accept_urgently", self.house.secretary, **terms)

    def designate(self, *places: int, days: int) -> "Journey":
        """The chair charges the members at these places with the review, for so many days."""
        self.house.declare(self.at)
        seats = [str(self.house.seats[place]) for place in places]
        due = law_day(self.at) + timedelta(days=days)
        return self.take("begin", self.house.chair, reviewers=seats, opinion_due=due)

    def give(self, place: int) -> "Journey":
        """The member at this place approves."""
        member = self.house.seated[place]
        answers = {f"criterion__{criterion.key}": "meets" for criterion in criteria_for(self.review)}
        answers |= {f"concern__{key}": "no" for key in concerns_asked(self.review)}
        terms = answers | {"verdict": "approved", "comment": "", "password": PASSWORD}
        perform(Opinion.objects.get(review=self.review, person=member), "cast", by=member, at=self.later(), **terms)
        return self

    def answer(self, step: str) -> "Journey":
        """Answer every open request, and hand in the next version by the step that does it."""
        self._revise()
        asked = {f"answer__{request.number}": "已按要求修改，见新版本。" for request in self.review.open_requests()}
        return self.take(step, self.lead, **asked, **self._signature())

    def confirm(self) -> "Journey":
        self.take("confirm_modification", self.house.secretary, password=PASSWORD)
        return self.take("confirm_modification", self.house.chair, password=PASSWORD)

    def conclude(self) -> "Journey":
        """By the designated members' approval."""
        return self.take("conclude", self.house.chair, password=PASSWORD)

    def _revise(self) -> None:
        version = self.review.draft_submission
        assert version is not None
        changed = {"risk_controls": version.content.get("risk_controls", "") + "同意书写明退出方式和联系人。"}
        keep_section(version, by=self.lead, revision=version.revision, values=changed, at=self.later())

    def take(self, step: str, by: Person, **terms: Any) -> "Journey":
        """One step on the review, a little later."""
        self.review = perform(self.review, step, by=by, at=self.later(), **terms)
        return self

    def _signature(self) -> dict[str, Any]:
        return {"agree": True, "signature": self.lead.name}

    def later(self) -> datetime:
        self.at += PAUSE
        return self.at


@dataclass
class Session:
    """One meeting of a committee, with the reviews on its agenda and how each is voted on."""

    house: House
    title: str
    starts_at: datetime
    called_at: datetime
    agenda: list[tuple[Journey, str]]
    presence: str = "present"
    meeting: Meeting = field(init=False)

    def plan(self) -> "Session":
        secretary = self.house.secretary
        self.meeting = start_meeting(
            self.house.committee,
            by=secretary,
            title=self.title,
            starts_at=self.starts_at,
            place="科研楼三层会议室",
            at=self.called_at,
        )
        for number, (journey, _verdict) in enumerate(self.agenda):
            presenter = self.house.seats[number % len(self.house.seats)]
            terms = {"meeting": self.meeting.ref, "presenter": presenter}
            journey.at = max(journey.at, self.called_at)
            journey.take("begin", secretary, **terms)
        return self

    def hold(self) -> "Session":
        """Open it with everybody there, vote on each item, conclude it, and close with the minutes."""
        secretary, chair, at = self.house.secretary, self.house.chair, self.starts_at
        self.house.declare(at)
        there = {f"presence__{seat}": self.presence for seat in self.house.seats}
        perform(self.meeting, "mark_attendance", by=secretary, at=at, **there)
        self.meeting = perform(self.meeting, "open", by=secretary, at=at)
        for journey, verdict in self.agenda:
            journey.at = max(journey.at, at)
            self._vote(journey, verdict)
            journey.take("conclude", chair, password=PASSWORD, **_written_for(verdict))
            at = journey.at
        minutes = f"{self.title}：到会{len(there)}人，审议{len(self.agenda)}项，逐项表决，结论见审查意见。"
        terms = {"minutes": minutes, "password": PASSWORD}
        self.meeting = perform(self.meeting, "close", by=chair, at=at + PAUSE, **terms)
        return self

    def _vote(self, journey: Journey, verdict: str) -> None:
        """As planned, but for the last member, who is for a change."""
        review = journey.review
        answers = {f"criterion__{criterion.key}": "meets" for criterion in criteria_for(review)}
        ballots = {ballot.person_id: ballot for ballot in Opinion.objects.filter(review=review, round=review.round)}
        for place, member in enumerate(self.house.seated, start=1):
            journey.at += timedelta(minutes=1)
            own = "modification_required" if place == len(self.house.seated) else verdict
            terms = answers | {"verdict": own, "comment": "同意方案主体，具体意见见逐项意见。", "password": PASSWORD}
            perform(ballots[member.pk], "cast", by=member, at=journey.at, **terms)


def _written_for(verdict: str) -> dict[str, Any]:
    if verdict in {"modification_required", "revision_required"}:
        return {"requirements": "\n".join(REQUIREMENTS)}
    if verdict == "rejected":
        return {"reasons": "预期受益不足以说明风险的合理性，且缺少可行的风险控制措施。"}
    return {}
