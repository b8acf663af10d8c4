"""The year itself, day by day: just after midnight the clock, by day the people; all through the service's steps."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from committees.kinds import Regime
from committees.models import Committee
from committees.timing import FILING, REGISTRATION, REPORT
from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.deadlines import sweep
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.timely import take_timely
from ethicsreview.notices.models import Notice
from reviews.models import FollowUp
from reviews.models import Project as Activity
from tests.committees import builders
from tests.memory import memory
from tests.reviews.builders import PASSWORD, Case, with_password
from tests.reviews.following import GENERAL, answers, assess, dispose, filed
from tests.reviews.recheck_builders import Listed
from tests.year.expected import FollowUpDays, Happening, follow_up_days, report_days, within
from tests.year.plan import FIRST, LAST, Plan, Project

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
ROLES = (Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR)


@dataclass
class House:
    """A committee with those who are told of its matters, by the name that the expectation has for them."""

    committee: Committee
    people: dict[str, Person]
    listed: Listed


@dataclass
class Year:
    plan: Plan
    houses: list[House] = field(default_factory=list)
    cases: dict[int, Case] = field(default_factory=dict)
    reports: dict[int, Any] = field(default_factory=dict)
    agenda: dict[date, list[Callable[[datetime], None]]] = field(default_factory=lambda: defaultdict(list))
    fell_due: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))

    def run(self, tell: Callable[[date], None] = lambda _day: None) -> "Year":
        with _nothing_remembered():
            self._settle()
            for project in self.plan.projects:
                self._enter(project)
            day = FIRST
            while day <= LAST:
                midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(seconds=30)
                sweep.sweep(midnight)
                take_timely(midnight)
                noon = midnight + timedelta(hours=10)
                for act in self.agenda.pop(day, []):
                    act(noon)
                tell(day)
                day += DAY
        return self

    # --- who is there ---------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 9, tzinfo=ZONE)
        city = builders.authority("370100", level="city")
        regulator = builders.holder(Role.REGULATOR, city)
        for number, planned in enumerate(self.plan.committees):
            committee = builders.committee(at=at, regimes=[Regime.GENERAL, Regime.HUMAN, Regime.AI])
            people = {str(role): builders.people_of(committee, role)[0] for role in ROLES}
            people |= {"officer": builders.keeper_of(committee), "regulator": regulator}
            listed = Listed(committee, self._lead(committee, at), at).with_department(region="370000").with_experts()
            self.houses.append(House(committee, people, listed))
            due = date(2027, 3, 31)
            owing = {
                REGISTRATION: within(FIRST, planned.register),
                FILING: within(FIRST, planned.file),
                REPORT: within(due, planned.annual),
            }
            for owed, day in owing.items():
                if day is not None:
                    self.agenda[day].append(self._receipt(number, owed))

    def _lead(self, committee: Committee, at: datetime) -> Person:
        lead = with_password(builders.person())
        terms = {"role": Role.RESEARCHER, "body": committee.institution, "starts": at.date()}
        Appointment.objects.create(person=lead, **terms)
        return lead

    def _receipt(self, number: int, owed: str) -> Callable[[datetime], None]:
        def act(at: datetime) -> None:
            house = self.houses[number]
            terms = {"owed": owed, "number": "登-1", "handled_on": at.date().isoformat()}
            perform(house.committee, "record_receipt", by=house.people["officer"], at=at, **terms)

        return act

    # --- what they do, and when -----------------------------------------------------------------------------------

    def _enter(self, project: Project) -> None:
        self.agenda[project.approved_on].append(lambda at: self._approve(project, at))
        if project.listed and (day := within(project.approved_on, project.register)):
            self.agenda[day].append(lambda at: self._register(project, at))
        if project.report is not None:
            for day, act in zip(report_days(project), (self._file, self._assess, self._dispose), strict=True):
                if day is not None:
                    self.agenda[day].append(lambda at, act=act: act(project, at))  # type: ignore[misc]
        for number, days in enumerate(follow_up_days(project)):
            self._follow(project, number, days)

    def _follow(self, project: Project, number: int, days: FollowUpDays) -> None:
        if days.reported is not None:
            self.agenda[days.reported].append(lambda at: self._report(project, at))
        if days.accepted is not None:
            self.agenda[days.accepted].append(lambda at: self._accept(project, at))
        if days.concluded is not None:
            months = project.follow_ups[number].months
            self.agenda[days.concluded].append(lambda at: self._conclude(project, months, at))

    def _approve(self, project: Project, at: datetime) -> None:
        house = self.houses[self.plan.committee_of(project)]
        lead = self._lead(house.committee, at)
        if project.listed:
            path = Listed(house.committee, lead, at)
            path.department, path.organiser, path.experts = (
                house.listed.department,
                house.listed.organiser,
                house.listed.experts,
            )
            path.passed().delivered()
            path.do("conclude_by_recheck", path.chair, password=PASSWORD, follow_up_months=project.months)
            self.cases[project.number] = path
            return
        case = Case(house.committee, lead, at).simplified().designate()
        self._all_give(case, "approved")
        case.do("conclude", case.chair, password=PASSWORD, follow_up_months=project.months)
        self.cases[project.number] = case

    def _all_give(self, case: Case, verdict: str) -> None:
        for member in case.members[-2:]:
            case.cast(member, verdict)

    def _at(self, project: Project, at: datetime) -> Case:
        case = self.cases[project.number]
        case.at = at
        return case

    def _register(self, project: Project, at: datetime) -> None:
        case = self._at(project, at)
        officer = self.houses[self.plan.committee_of(project)].people["officer"]
        activity = Activity.objects.get(pk=case.project.pk)
        perform(activity, "record_registration", by=officer, at=at, number="登-2", handled_on=at.date().isoformat())

    def _report(self, project: Project, at: datetime) -> None:
        case = self._at(project, at)
        found = FollowUp.objects.filter(project=case.project).order_by("-number")[0]
        terms = answers(found.asked(found.policy_at(at)), at.date(), major_change="no")
        found = perform(found, "report", by=case.lead, at=at, **terms)
        case.review = found.proceeding

    def _accept(self, project: Project, at: datetime) -> None:
        case = self._at(project, at)
        if project.listed:
            case.do("accept", case.secretary, **GENERAL)
        else:
            terms = {"procedure": "simplified", "procedure_ground": "跟踪审查，没有重大变更"}
            case.do("accept", case.secretary, **terms)

    def _conclude(self, project: Project, months: int, at: datetime) -> None:
        case = self._at(project, at)
        if project.listed:
            case.do("begin", case.secretary, meeting=case.planned().ref)
            case.open_meeting()
            case.vote(*["continued"] * len(case.members))
        else:
            # Whoever is late with the review designates late, too.
            case.designate(days=0)
            self._all_give(case, "continued")
        case.do("conclude", case.chair, password=PASSWORD, follow_up_months=months)

    def _file(self, project: Project, at: datetime) -> None:
        case = self._at(project, at)
        self.reports[project.number] = filed(case, "deviation")

    def _assess(self, project: Project, at: datetime) -> None:
        case = self._at(project, at)
        self.reports[project.number] = assess(case, self.reports[project.number], "no_action")

    def _dispose(self, project: Project, at: datetime) -> None:
        dispose(self._at(project, at), self.reports[project.number], "no_action")

    # --- what came of it ------------------------------------------------------------------------------------------

    def happened(self) -> Counter[Happening]:
        """Every notice of the clock, as the expectation names it."""
        rows = {(row.object_kind, row.object_ref, row.kind): row for row in Deadline.objects.order_by("pk")}
        kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
        for noun, ref, kind in rows:
            kinds[noun, ref].add(kind)
        project_of = {case.project.ref: number for number, case in self.cases.items()}
        committee_of = {house.committee.ref: number for number, house in enumerate(self.houses)}
        label_of = {(row.object_kind, row.object_ref, row.title): row for row in rows.values()}
        found: Counter[Happening] = Counter()
        for notice in Notice.objects.filter(key__startswith="deadline.").select_related("person"):
            row = _row_of(notice, label_of)
            project = project_of.get(row.subject_ref, -1)
            committee = (
                self.plan.committee_of(self.plan.projects[project]) if project >= 0 else committee_of[row.subject_ref]
            )
            found[
                Happening(
                    notice.created_at.astimezone(ZONE).date(),
                    committee,
                    project,
                    row.kind,
                    notice.key.removeprefix("deadline."),
                    self._name_of(notice.person, committee, project),
                )
            ] += 1
        return found

    def _name_of(self, person: Person, committee: int, project: int) -> str:
        if project >= 0 and self.cases[project].lead == person:
            return "lead"
        names = [name for name, one in self.houses[committee].people.items() if one == person]
        return names[0] if names else person.username


def _row_of(notice: Notice, rows: dict[tuple[str, str, str], Deadline]) -> Deadline:
    """Of an object with several clocks, the one whose words the notice has."""
    [row] = [
        row
        for (noun, ref, title), row in rows.items()
        if (noun, ref) == (notice.object_kind, notice.object_ref) and title in notice.subject
    ]
    return row


@contextmanager
def _nothing_remembered() -> Iterator[None]:
    """To remember is to compare the whole database, which is soon larger here than any test's."""
    asleep, memory.asleep = memory.asleep, True
    try:
        yield
    finally:
        memory.asleep = asleep
