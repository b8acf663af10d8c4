"""The whole way on real input: the trials of both provinces, from the register to letters and a verified record.

    pytest tests/reviews/test_real_trials.py

prints the figures. UNITS=5 takes the trials of the five institutions that have the fewest.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import Letter
from ethicsreview.trail.models import Chain, Entry
from ethicsreview.trail.verification import verify
from reviews.models import Decision, FollowUp, Meeting, Opinion, Project, Review
from reviews.models.reviewing import lettering
from reviews.samples.houses import House, Place, furnish
from reviews.samples.journeys import Journey, Session
from reviews.samples.people import PASSWORD
from reviews.samples.stories import Story
from tests.reviews.rules.trials import answers_from_trial, rows

pytestmark = pytest.mark.django_db

UNITS = int(os.environ.get("UNITS", "100"))
# In a real emergency three of four first decisions asked for changes, one in seven approved, one in ten rejected.
VERDICTS = (
    *("modification_required", "modification_required", "approved", "modification_required", "rejected"),
    *("modification_required", "modification_required", "modification_required", "revision_required"),
    *("modification_required", "approved", "modification_required", "modification_required", "modification_required"),
)


@dataclass
class Way:
    """The trials on their way, by the institution whose committee reviews them."""

    at: datetime
    rows: dict[str, dict[str, str]]
    journeys: list[Journey] = field(default_factory=list)

    def go(self) -> None:
        projects = Project.objects.filter(source_ref__in=self.rows).select_related("institution", "lead")
        by_unit = groupby(projects.order_by("institution", "pk"), key=lambda project: project.institution)
        units = sorted(((institution, list(own)) for institution, own in by_unit), key=lambda unit: len(unit[1]))
        for number, (institution, own) in enumerate(units[:UNITS]):
            self._institution(institution, own, number)
        while lettering.issue_pending(self.at):
            pass

    def _institution(self, institution: Institution, projects: list[Project], number: int) -> None:
        place = Place(f"unit{number}", institution.name[:40], institution.region, institution.name)
        house = furnish(institution, place, at=self.at)
        own = [self._submitted(house, project) for project in projects]
        agenda = [(journey.accept(), VERDICTS[(number + n) % len(VERDICTS)]) for n, journey in enumerate(own)]
        self._meet(house, agenda, "第1次审查会议", days=6)
        for journey, verdict in agenda:
            if verdict == "modification_required":
                journey.answer("submit_modification").confirm()
        if again := [journey.answer("resubmit_revision") for journey, verdict in agenda if verdict.startswith("rev")]:
            self._meet(house, [(journey, "approved") for journey in again], "第2次审查会议", days=14)
        self.journeys += own

    def _submitted(self, house: House, project: Project) -> Journey:
        row = self.rows[project.source_ref]
        lead = with_account(project.lead, project.institution, self.at)
        # Reviewed in peace: an emergency's own procedure is another matter.
        answers = answers_from_trial(row) | {"responds_to_emergency": False}
        journey = Journey(house, lead, Story(project.title, project.field, answers, texts(row)), self.at)
        journey.project = project
        return journey.assess().apply().submit()

    def _meet(self, house: House, agenda: list[tuple[Journey, str]], title: str, *, days: int) -> None:
        begins = self.at + timedelta(days=days)
        Session(house, title, begins, begins - timedelta(days=2), agenda).plan().hold()


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
    }
    return {name: text.strip() for name, text in known.items() if text.strip()}


@pytest.fixture(scope="module")
def way(shared_data: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Way]:
    """Gone once: each test's own transaction lies inside this one, which is undone."""
    units = shared_data / "reference" / "covid_sponsor_variants_sd_sc.csv"
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.raises(CommandError, match=r"^9 "):
            call_command(
                "import_projects",
                str(shared_data / "chictr_covid19_2020_dev.csv"),
                format="ictrp",
                institution_map=units,
                stdout=StringIO(),
                stderr=StringIO(),
            )
        gone = Way(timezone.now() - timedelta(days=20), {f"ictrp:{row['trial_id']}": row for row in rows(shared_data)})
        gone.go()
        yield gone
        transaction.set_rollback(True)


def every_trial_is_decided_by_a_committee_of_its_own_province(way: Way) -> None:
    reviews = Review.objects.select_related("project", "committee")

    assert reviews.count() == len(way.journeys)
    assert UNITS < 100 or len(way.journeys) == len(way.rows) == 42
    assert {review.state for review in reviews} == {"approved", "rejected"}
    assert {review.committee.region[:2] for review in reviews} == {"37", "51"}
    for review in reviews:
        assert review.committee.region == review.project.region
        assert review.project.state == review.state
        assert not review.clock_runs()
        assert review.submission.intact()


def every_decision_rests_on_seven_ballots_and_has_its_letter(way: Way) -> None:
    decisions = Decision.objects.select_related("review")

    assert {decision.tally["attending"] for decision in decisions} == {7}
    assert set(Letter.objects.values_list("number", flat=True)) == {decision.number for decision in decisions}
    assert Opinion.objects.filter(state="cast").count() == 7 * decisions.filter(basis="meeting").count()


def every_approval_has_its_first_follow_up_and_deadline(way: Way) -> None:
    approved = Review.objects.filter(state="approved")

    assert FollowUp.objects.count() == approved.count()
    assert all(follow_up.next_due_at for follow_up in FollowUp.objects.all())


def test_the_whole_way(way, capsys):
    """One test of it all: the way is walked once, and not by each process that runs tests."""
    every_trial_is_decided_by_a_committee_of_its_own_province(way)
    every_decision_rests_on_seven_ballots_and_has_its_letter(way)
    every_approval_has_its_first_follow_up_and_deadline(way)
    assert list(verify()) == []
    with capsys.disabled():
        print("\n" + "\n".join(figures()))


def figures() -> list[str]:
    decisions = Decision.objects.order_by("review", "decided_at")
    first = [next(of_one) for _review, of_one in groupby(decisions, key=lambda decision: decision.review_id)]
    accepted = dict(Review.objects.values_list("pk", "accepted_at"))
    days = sorted((decision.decided_at - accepted[decision.review_id]).days for decision in decisions)
    return [
        f"trials {Review.objects.count()}, committees {Meeting.objects.values('committee').distinct().count()}, "
        f"meetings {Meeting.objects.count()}, ballots {Opinion.objects.filter(state='cast').count()}",
        f"first decisions {dict(Counter(decision.outcome for decision in first))}",
        f"at the end {dict(Counter(Review.objects.values_list('state', flat=True)))}",
        f"days from acceptance to decision: median {days[len(days) // 2]}, longest {days[-1]}",
        f"letters {Letter.objects.count()}, follow-ups {FollowUp.objects.count()}",
        f"record: {Entry.objects.count()} entries in {Chain.objects.count()} chains, verified",
    ]
