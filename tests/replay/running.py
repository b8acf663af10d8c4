"""The replay itself: who is there, and what happens when."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from ethicsreview.accounts.models import Appointment, Authority, Institution, Person, Role
from ethicsreview.deadlines.calendar import LAW_ZONE, law_day
from ethicsreview.policy.loading import library
from reviews.models import EmergencyEvent, Project
from reviews.samples.emergencies import GROUND, emergency, make_ready
from reviews.samples.houses import House, Place, furnish
from reviews.samples.journeys import Journey, Session
from reviews.samples.people import PASSWORD, appoint, person
from reviews.samples.stories import Story
from tests.reviews.rules.trials import answers_from_trial

# How soon each side acts: a model, not data.
ACCEPTED_AFTER = timedelta(hours=2)
MEETING_AFTER = timedelta(hours=46)
READ_IN = timedelta(hours=1)
ANSWERED_AFTER = timedelta(hours=20)
CONFIRMED_AFTER = timedelta(hours=23)
# Of 41 first decisions in Henan 31 asked for a modification or a revision, 6 approved, 4 refused.
VERDICTS = (
    *("modification_required", "modification_required", "approved", "modification_required", "rejected"),
    *("modification_required", "modification_required", "modification_required", "revision_required"),
    *("modification_required", "approved", "modification_required", "modification_required", "modification_required"),
)
PROVINCES = {"37": "山东省", "51": "四川省"}


def weeks_to_today(first: date) -> int:
    """The fewest whole weeks after which every rule book that holds today is in force on the first day."""
    newest = max(book.in_force for pack in library().packs for book in pack.documents if book.until is None)
    return -(-(newest - first).days // 7)


def filed_on(row: dict[str, str]) -> date:
    return date.fromisoformat(row["date_registration"])


@dataclass
class Trial:
    row: dict[str, str]
    journey: Journey
    verdict: str


@dataclass
class Replay:
    """Every happening of every trial, in the order of the moved calendar."""

    rows: dict[str, dict[str, str]]
    weeks: int = field(init=False)
    trials: dict[str, Trial] = field(default_factory=dict)
    events: dict[str, EmergencyEvent] = field(default_factory=dict)
    clock: datetime = field(init=False)
    _agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    _waiting: dict[int, list[tuple[Trial, str]]] = field(default_factory=lambda: defaultdict(list))
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.weeks = weeks_to_today(min(map(filed_on, self.rows.values())))

    def moved(self, day: date) -> datetime:
        """Nine in the morning of the same weekday."""
        local = datetime.combine(day + timedelta(weeks=self.weeks), time(9), tzinfo=LAW_ZONE)
        return local.astimezone(UTC)

    def later(self, at: datetime, happens: Callable[[datetime], None]) -> None:
        """Something that happens then, in its place among all that happens."""
        heapq.heappush(self._agenda, (at, next(self._order), happens))

    def run(self) -> "Replay":
        begins = self.moved(min(map(filed_on, self.rows.values()))) - timedelta(days=2)
        self._declare(begins)
        houses = self._houses(begins)
        projects = Project.objects.filter(source_ref__in=self.rows).select_related("institution", "lead")
        for number, project in enumerate(projects.order_by("pk")):
            row = self.rows[str(project.source_ref)]
            trial = self._trial(row, project, houses[project.institution_id], VERDICTS[number % len(VERDICTS)])
            self.later(self.moved(filed_on(row)), self._filing(trial))
        while self._agenda:
            self.clock, _order, happens = heapq.heappop(self._agenda)
            happens(self.clock)
        return self

    # --- before it begins -----------------------------------------------------------------------------------------

    def _declare(self, at: datetime) -> None:
        for code, name in PROVINCES.items():
            department = Authority.objects.create(
                name=f"{name}主管部门（重演）", region=f"{code}0000", level=Authority.Level.PROVINCE
            )
            regulator = appoint(person(f"replay-{code}", f"监管人员·{name}"), Role.REGULATOR, department, law_day(at))
            self.events[code] = emergency(
                department, regulator, at, title="新型冠状病毒肺炎疫情", level="extraordinary"
            )

    def _houses(self, at: datetime) -> dict[int, House]:
        found = {}
        known = Institution.objects.filter(projects__source_ref__in=self.rows).distinct().order_by("pk")
        for number, institution in enumerate(known):
            place = Place(f"replay{number}", institution.name[:40], institution.region, institution.name)
            found[institution.pk] = make_ready(furnish(institution, place, at=at), at)
        return found

    def _trial(self, row: dict[str, str], project: Project, house: House, verdict: str) -> Trial:
        lead = with_account(project.lead, house.institution, self.moved(filed_on(row)))
        story = Story(project.title, project.field, answers_from_trial(row), texts(row))
        journey = Journey(house, lead, story, self.moved(filed_on(row)))
        journey.project = project
        self.trials[str(project.source_ref)] = Trial(row, journey, verdict)
        return self.trials[str(project.source_ref)]

    # --- one trial's way ------------------------------------------------------------------------------------------

    def _filing(self, trial: Trial) -> Callable[[datetime], None]:
        def file(at: datetime) -> None:
            trial.journey.at = at
            trial.journey.assess().apply().submit()
            self.later(trial.journey.at + ACCEPTED_AFTER, accept)

        def accept(at: datetime) -> None:
            trial.journey.at = at
            event = self.events[trial.journey.house.committee.region[:2]]
            trial.journey.accept_urgently(event.ref, ground=GROUND)
            self._to_a_meeting(trial, trial.verdict)

        return file

    def _to_a_meeting(self, trial: Trial, verdict: str) -> None:
        """The next one that is called already; else one at hours' notice, at whatever hour and on whatever day."""
        house = trial.journey.house
        waiting = self._waiting[house.committee.pk]
        waiting.append((trial, verdict))
        if len(waiting) == 1:
            self.later(trial.journey.at + MEETING_AFTER, lambda at: self._meet(house, at))

    def _meet(self, house: House, at: datetime) -> None:
        waiting = self._waiting.pop(house.committee.pk)
        # Whoever has just been accepted is read first: theirs is the next meeting.
        agenda = [one for one in waiting if one[0].journey.at <= at - READ_IN]
        for trial, verdict in waiting:
            if (trial, verdict) not in agenda:
                self._to_a_meeting(trial, verdict)
        items = [(trial.journey, verdict) for trial, verdict in agenda]
        called = max(journey.at for journey, _verdict in items)
        title = f"第{next(self._numbers)}次应急审查会议"
        Session(house, title, at, called, items, presence="video").plan().hold()
        for trial, verdict in agenda:
            if verdict.startswith("mod"):
                self.later(trial.journey.at + ANSWERED_AFTER, self._modifying(trial))
            elif verdict.startswith("rev"):
                self.later(trial.journey.at + ANSWERED_AFTER, self._revising(trial))

    def _modifying(self, trial: Trial) -> Callable[[datetime], None]:
        def answer(at: datetime) -> None:
            trial.journey.at = at
            trial.journey.answer("submit_modification")
            self.later(trial.journey.at + CONFIRMED_AFTER, confirm)

        def confirm(at: datetime) -> None:
            trial.journey.at = at
            trial.journey.confirm()

        return answer

    def _revising(self, trial: Trial) -> Callable[[datetime], None]:
        def answer(at: datetime) -> None:
            trial.journey.at = at
            trial.journey.answer("resubmit_revision")
            self._to_a_meeting(trial, "approved")

        return answer


def with_account(lead: Person, institution: Institution, at: datetime) -> Person:
    """What an institution does for a lead whom an import has only named."""
    if not lead.is_active:
        lead.is_active = True
        lead.set_password(PASSWORD)
        lead.save()
    Appointment.objects.get_or_create(person=lead, role=Role.RESEARCHER, body=institution, starts=law_day(at))
    return lead


def texts(row: dict[str, str]) -> dict[str, str]:
    known = {
        "purpose": row["public_title"],
        "design": f"{row['study_design']}\n{row['intervention']}",
        "eligibility": f"{row['inclusion']}\n{row['exclusion']}",
        "benefits": row["primary_outcome"],
        "emergency_answered": "新型冠状病毒肺炎疫情",
    }
    return {name: text.strip() for name, text in known.items() if text.strip()}
