"""A year of approved activities, day by day: everything is told on its lawful day, and nothing on any other.

    python -m tests.year [--projects 1000]

runs it for a province's year and prints the figures.
"""

import os
import time
from collections import Counter
from datetime import date

import pytest

from ethicsreview.deadlines.calendar import last_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import FollowUp, Review
from tests.year.expected import Obligation, expected, follow_up_days, months_after, obligations
from tests.year.plan import LAST, Plan, plan
from tests.year.running import ZONE, Year

pytestmark = pytest.mark.django_db
PROJECTS, SEED = int(os.environ.get("YEAR_PROJECTS", "9")), int(os.environ.get("YEAR_SEED", "20270129"))


def key_of(one: Obligation) -> tuple[int, int, str, date]:
    return one.committee, one.project, one.name, one.due


def test_months_are_counted_as_the_civil_code_says() -> None:
    days = [(date(2027, 1, 31), 1), (date(2027, 8, 31), 6), (date(2028, 2, 29), 12), (date(2027, 12, 15), 2)]

    assert [months_after(*day) for day in days] == [
        date(2027, 2, 28),
        date(2028, 2, 29),
        date(2029, 2, 28),
        date(2028, 2, 15),
    ]


def test_the_year(capsys: pytest.CaptureFixture[str]) -> None:
    """One test of it all: it is run once."""
    planned = plan(PROJECTS, SEED)
    began = time.process_time()

    year = Year(planned).run()

    everything_is_told_on_its_lawful_day_and_nothing_on_another(year)
    every_follow_up_is_scheduled_falls_due_and_is_reviewed_on_its_day(year)
    every_breach_is_in_the_record_on_the_day_after_the_last(year)
    assert list(verify()) == []
    with capsys.disabled():
        print("\n" + "\n".join(figures(year, time.process_time() - began)))


def everything_is_told_on_its_lawful_day_and_nothing_on_another(year: Year) -> None:
    told, lawful = year.happened(), expected(year.plan)

    assert sorted((lawful - told).elements()) == []
    assert sorted((told - lawful).elements()) == []


def every_follow_up_is_scheduled_falls_due_and_is_reviewed_on_its_day(year: Year) -> None:
    fell_due = {entry.object_ref: entry.at.astimezone(ZONE).date() for entry in Entry.objects.filter(step="fall_due")}
    for project in year.plan.projects:
        rows = list(FollowUp.objects.filter(project=year.cases[project.number].project).order_by("number"))
        days = list(follow_up_days(project))
        ended = days[-1].concluded is not None
        dues = [one.due for one in days]
        assert [row.due_on for row in rows[: len(days)]] == dues
        assert len(rows) == len(days) + ended
        for row, one in zip(rows, days, strict=False):
            assert fell_due.get(row.ref) == (one.may_report if one.may_report <= LAST else None)


def every_breach_is_in_the_record_on_the_day_after_the_last(year: Year) -> None:
    committees = {house.committee.ref: number for number, house in enumerate(year.houses)}
    projects = {case.project.ref: number for number, case in year.cases.items()}
    found: Counter[tuple[int, int, str, date]] = Counter()
    for row in Deadline.objects.exclude(breached_at=None):
        project = projects.get(row.subject_ref, -1)
        committee = year.plan.committee_of(year.plan.projects[project]) if project >= 0 else committees[row.subject_ref]
        found[committee, project, row.kind, last_day(row.due_at)] += 1

    assert found == Counter(key_of(one) for one in obligations(year.plan) if one.late)
    assert Entry.objects.filter(step="deadline_breached").count() == found.total()


def figures(year: Year, seconds: float) -> list[str]:
    told = year.happened()
    said = Counter(one.said for one in told.elements())
    of = Counter(one.obligation for one in told.elements())
    late = Deadline.objects.exclude(breached_at=None).count()
    return [
        f"{len(year.plan.projects)} approved activities, {sum(one.listed for one in year.plan.projects)} listed, "
        f"{len(year.plan.committees)} committees, {(LAST - date(2026, 12, 15)).days + 1} days to {LAST}",
        f"follow-ups scheduled {FollowUp.objects.count()}, reviewed "
        f"{Review.objects.filter(kind='follow_up', state='concluded').count()}; deadlines {Deadline.objects.count()}, "
        f"missed {late}",
        "told: " + ", ".join(f"{name} {number}" for name, number in sorted(said.items())),
        "of: " + ", ".join(f"{name} {number}" for name, number in sorted(of.items())),
        f"on another day than the law's: 0 of {told.total()}; {seconds:.0f} s of processor",
    ]


def test_plan_covers_what_it_is_for() -> None:
    """Of the full size: in time, on the last day, late and never; at the end of months and on 29 February."""
    whole: Plan = plan(1000, SEED)
    days = [one for project in whole.projects for one in follow_up_days(project)]

    delays = {(one.reported - one.due).days for one in days if one.reported}
    assert {-30, -1, 0, 1} <= delays
    assert max(delays) > 20
    assert any(one.reported is None for one in days)
    assert {one.due for one in days} >= {date(2027, 2, 28), date(2027, 4, 30), date(2028, 2, 29)}
    assert {project.months for project in whole.projects} == set(range(1, 13))
    assert 40 <= sum(project.listed for project in whole.projects) <= 90
