"""What the law asks on which day, worked out from the plan alone: no line of the service is used here.

The numbers are those of the rules: 12 and 6 months, 30 days, 31 March; and the settings that the packs ship with.
"""

import calendar
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.year.plan import FIRST, LAST, Committee, Plan, Project

DAY = timedelta(days=1)
OVERDUE = (1, 3, 7)
LEVELS = (0, 3, 7, 14)
# Days before the end.
FOLLOW_UP, DECISION, REPORT, REGISTRATION, ANNUAL = (30, 3, 1), (10, 3, 1), (3, 1), (7, 1), (30, 7)


@dataclass(frozen=True, order=True)
class Happening:
    """On a day, about somebody's obligation, so and so was told to whom. `project` is empty for a committee's own."""

    day: date
    committee: int
    project: int
    obligation: str
    said: str
    to: str


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Obligation:
    """Begun by day on `begun`, to be done by 24:00 of `due`, done by day on `done` or not at all."""

    committee: int
    project: int
    name: str
    begun: date
    due: date
    done: date | None
    before: tuple[int, ...]
    by: str
    above: tuple[str, ...]

    def happenings(self) -> Iterator[Happening]:
        """The clock looks just after midnight; whoever does it that day does it later."""
        over = self.due + DAY
        said = [(over - days * DAY, "reminder", self.by) for days in self.before]
        said += [(over, "breach", self.by)]
        said += [(over + days * DAY, "overdue", self.by) for days in OVERDUE]
        said += [(over + after * DAY, "escalation", who) for after, who in zip(LEVELS, self.above, strict=False)]
        for day, what, to in said:
            if self.begun < day <= min(self.done or LAST, LAST):
                yield Happening(day, self.committee, self.project, self.name, what, to)

    @property
    def late(self) -> bool:
        return self.due + DAY <= (self.done or LAST)


def obligations(plan: Plan) -> Iterator[Obligation]:
    for number, committee in enumerate(plan.committees):
        yield from _of_committee(number, committee)
    for project in plan.projects:
        yield from _of_project(plan.committee_of(project), project)


def expected(plan: Plan) -> Counter[Happening]:
    return Counter(one for owed in obligations(plan) for one in owed.happenings())


def _of_committee(number: int, committee: Committee) -> Iterator[Obligation]:
    above = ("secretary", "chair", "regulator")
    registered = within(FIRST, committee.register)
    yield Obligation(
        number, -1, "committee.registration", FIRST, FIRST + 30 * DAY, registered, REGISTRATION, "officer", above
    )
    filed = within(FIRST, committee.file)
    yield Obligation(
        number, -1, "committee.filing", FIRST, months_after(FIRST, 3), filed, REGISTRATION, "officer", above
    )
    due = date(2027, 3, 31)
    reported = within(due, committee.annual)
    yield Obligation(number, -1, "committee.annual_report", FIRST, due, reported, ANNUAL, "officer", above)
    if reported is not None:
        next_due = date(2028, 3, 31)
        yield Obligation(number, -1, "committee.annual_report", reported, next_due, None, ANNUAL, "officer", above)


def _of_project(committee: int, project: Project) -> Iterator[Obligation]:
    above: tuple[str, ...] = ("chair", "officer", *(["regulator"] if project.listed else []))
    if project.listed:
        registered = within(project.approved_on, project.register)
        yield Obligation(
            *(committee, project.number, "registration.activity", project.approved_on),
            *(project.approved_on + 30 * DAY, registered, REGISTRATION),
            *("officer", ("secretary", "chair", "regulator")),
        )
    if project.report is not None:
        yield from _of_report(committee, project, ("officer",))
    begun, due = project.approved_on, months_after(project.approved_on, project.months)
    for done in follow_up_days(project):
        yield Obligation(
            *(committee, project.number, "follow_up.report", begun, done.due, done.reported, FOLLOW_UP),
            *("lead", ("secretary", *above)),
        )
        if done.accepted is None:
            return
        yield Obligation(
            *(committee, project.number, "review.decision", done.accepted, done.accepted + 30 * DAY, done.concluded),
            *(DECISION, "secretary", above),
        )
        if done.concluded is None:
            return
        begun = done.concluded
        assert due <= done.due
        due = done.due


def _of_report(committee: int, project: Project, above: tuple[str, ...]) -> Iterator[Obligation]:
    days = report_days(project)
    if days[0] is None:
        return
    filed, assessed, disposed = days
    yield Obligation(
        *(committee, project.number, "report.assess", filed, filed + 10 * DAY, assessed, REPORT),
        *("secretary", ("chair", *above)),
    )
    if assessed is not None:
        yield Obligation(
            *(committee, project.number, "report.decide", assessed, assessed + 10 * DAY, disposed, REPORT),
            *("chair", ("vice_chair", *above)),
        )


# --- the days on which it is done ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class FollowUpDays:
    due: date
    may_report: date
    reported: date | None
    accepted: date | None
    concluded: date | None


def follow_up_days(project: Project) -> Iterator[FollowUpDays]:
    """One after the other, until one is not done within the year."""
    begun, due = project.approved_on, months_after(project.approved_on, project.months)
    for one in project.follow_ups:
        # It falls due with the coming of a day, thirty days before; never on the day that made it.
        opens = max(due - 30 * DAY, begun + DAY)
        reported = None if one.report is None else within(max(due + one.report * DAY, opens), 0)
        accepted = within(reported, one.accept)
        concluded = within(accepted, one.conclude)
        yield FollowUpDays(due, opens, reported, accepted, concluded)
        if concluded is None:
            return
        begun, due = concluded, months_after(concluded, one.months)


def report_days(project: Project) -> tuple[date | None, date | None, date | None]:
    assert project.report is not None
    filed = within(project.approved_on, project.report.filed)
    assessed = within(filed, project.report.assess)
    return filed, assessed, within(assessed, project.report.dispose)


def within(day: date | None, days: int | None) -> date | None:
    """The day so many days later, if it lies in the year that is simulated."""
    if day is None or days is None:
        return None
    later = day + days * DAY
    return later if later <= LAST else None
