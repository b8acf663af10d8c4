"""The trials of 2020 again, under an emergency and by today's rules: all of it lawful, and in time.

    python -m tests.replay

prints the figures beside the published ones.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from ethicsreview.deadlines.models import Deadline
from ethicsreview.policy.loading import library
from ethicsreview.trail.verification import verify
from reviews.models import Decision, FollowUp, Opinion, Review
from tests.replay.figures import clocks, figures, first_decisions
from tests.replay.running import Replay, filed_on
from tests.reviews.rules.trials import rows

pytestmark = pytest.mark.django_db
# How many of the 42 trials, at least.
REPLAYED = int(os.environ.get("REPLAYED", "42"))


@pytest.fixture(scope="module")
def replay(shared_data: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[Replay]:
    """Run once: the test's own transaction lies inside this one, which is undone."""
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
        every = [(f"ictrp:{row['trial_id']}", row) for row in rows(shared_data)]
        yield Replay(dict(every[:: max(1, len(every) // REPLAYED)])).run()
        transaction.set_rollback(True)


def every_trial_keeps_its_weekday_and_meets_todays_rules(replay: Replay) -> None:
    newest = max(book.in_force for pack in library().packs for book in pack.documents if book.until is None)
    for ref, trial in replay.trials.items():
        filed = replay.moved(filed_on(replay.rows[ref]))
        assert filed.date().weekday() == filed_on(trial.row).weekday()
        assert filed.date() >= newest
        assert trial.journey.review.submitted_at - filed < timedelta(hours=1)


def every_trial_is_decided_under_the_event_of_its_province(replay: Replay) -> None:
    reviews = Review.objects.select_related("project", "committee", "event")

    assert reviews.count() == len(replay.rows) >= REPLAYED
    assert {review.procedure for review in reviews} == {"emergency"}
    assert {review.state for review in reviews} == {"approved", "rejected"}
    for review in reviews:
        assert review.event.region[:2] == review.project.region[:2]
        assert review.submission.intact()


def every_decision_names_the_event_and_rests_on_seven_ballots() -> None:
    decisions = Decision.objects.select_related("review__event")

    assert {decision.tally["attending"] for decision in decisions} == {7}
    assert all(decision.emergency["event"] == decision.review.event.ref for decision in decisions)
    assert Opinion.objects.filter(state="cast").count() == 7 * decisions.filter(basis="meeting").count()
    for decision in decisions.filter(outcome="approved"):
        for formula in decision.tally["formulas"]:
            assert formula["have"] >= formula["need"]


def every_clock_in_hours_was_met() -> None:
    told = clocks()

    assert told["met"] == Decision.objects.filter(basis="meeting").count()
    assert not {"late", "running", "cancelled"} & told.keys()
    assert not Deadline.objects.filter(kind="review.decision").exclude(unit="hours").exists()
    assert max(one.decided_at - one.review.accepted_at for one in first_decisions()) <= timedelta(hours=72)


def every_approval_has_its_earlier_follow_up() -> None:
    for decision in Decision.objects.filter(outcome="approved"):
        assert (decision.follow_up_due - decision.decided_at.date()).days <= 93
    assert FollowUp.objects.count() == Review.objects.filter(state="approved").count()


def test_the_replay(replay: Replay, shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One test of it all: it is run once, and not by each process that runs tests."""
    every_trial_keeps_its_weekday_and_meets_todays_rules(replay)
    every_trial_is_decided_under_the_event_of_its_province(replay)
    every_decision_names_the_event_and_rests_on_seven_ballots()
    every_clock_in_hours_was_met()
    every_approval_has_its_earlier_follow_up()
    assert list(verify()) == []
    with capsys.disabled():
        print("\n" + "\n".join(figures(replay, shared_data)))
