"""What the people of each project do, and when: in time, on the last day, late, or never. Nothing of the service."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

DAY = timedelta(days=1)
# Ends on a leap day; begins early enough for everything that is approved at the turn of a month.
FIRST, LAST = date(2026, 12, 15), date(2028, 2, 29)
# The committees are set up on the first day; the activities are approved from here on, for a month, ends of months
# among them.
APPROVED_FROM, APPROVED_DAYS = date(2027, 1, 29), 33
PROJECTS_OF_A_COMMITTEE = 250
LISTED_PART = 0.06


@dataclass(frozen=True)
class FollowUp:
    """`report`: days from the last day on which it is due, None for never. The rest in days after the step before."""

    report: int | None
    accept: int
    conclude: int
    months: int


@dataclass(frozen=True)
class Report:
    """A deviation: filed so many days after the approval, then assessed and settled, None for never."""

    filed: int
    assess: int | None
    dispose: int | None


@dataclass(frozen=True)
class Project:
    number: int
    listed: bool
    approved_on: date
    months: int
    register: int | None
    report: Report | None
    follow_ups: tuple[FollowUp, ...]


@dataclass(frozen=True)
class Committee:
    """`register`, `file`: days after the set-up; `annual`: days from 31 March, negative before it; None for never."""

    register: int | None
    file: int | None
    annual: int | None


@dataclass(frozen=True)
class Plan:
    committees: tuple[Committee, ...]
    projects: tuple[Project, ...] = field(repr=False)

    def committee_of(self, project: Project) -> int:
        return project.number // PROJECTS_OF_A_COMMITTEE


def plan(size: int, seed: int) -> Plan:
    dice = Random(seed)
    committees = tuple(
        Committee(
            register=dice.choice([3, 30, 31, 45, None]) if number else 20,
            file=dice.choice([10, 90, 91, 120, None]) if number else 93,
            annual=dice.choice([-40, 0, 1, 9, None]) if number else -12,
        )
        for number in range(-(-size // PROJECTS_OF_A_COMMITTEE))
    )
    return Plan(committees, tuple(_project(number, dice) for number in range(size)))


def _project(number: int, dice: Random) -> Project:
    # Of a small plan, too, one is listed.
    listed = number == 1 or (number > 1 and dice.random() < LISTED_PART)
    longest = 6 if listed else 12
    return Project(
        number=number,
        listed=listed,
        approved_on=APPROVED_FROM + dice.randrange(APPROVED_DAYS) * DAY,
        months=dice.choice([longest, longest, dice.randint(1, longest)]),
        register=dice.choice([dice.randint(1, 29), 30, 31, dice.randint(32, 60), None]) if listed else None,
        report=_report(dice) if not listed and dice.random() < 0.3 else None,
        follow_ups=tuple(_follow_up(dice, longest) for _number in range(12)),
    )


def _follow_up(dice: Random, longest: int) -> FollowUp:
    return FollowUp(
        report=dice.choice([dice.randint(-30, -1), dice.randint(-30, -1), 0, 1, dice.randint(2, 25), None]),
        accept=dice.randint(0, 6),
        conclude=dice.choice([dice.randint(0, 25), dice.randint(0, 25), 30, 31, dice.randint(32, 50)]),
        months=dice.choice([longest, longest, dice.randint(1, longest)]),
    )


def _report(dice: Random) -> Report:
    waits = [dice.randint(0, 9), dice.randint(0, 9), 10, 11, dice.randint(12, 30), None]
    return Report(filed=dice.randint(1, 200), assess=dice.choice(waits), dispose=dice.choice(waits))
