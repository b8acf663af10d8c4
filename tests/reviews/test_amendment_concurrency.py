"""Amendments while other steps run, on PostgreSQL: the version in force is never torn."""

from collections import Counter

import pytest

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.trail.verification import verify
from reviews.models import Project, Review
from reviews.models.amending.beginning import start_amendment
from tests.reviews.amendments import authorise, change, team_member
from tests.reviews.builders import PASSWORD
from tests.reviews.test_concurrency import all_at_once, step

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_begun_in_ten_windows_at_once_it_is_begun_once() -> None:
    path = change().approved()

    def begin() -> str:
        try:
            start_amendment(Project.objects.get(pk=path.project.pk), by=path.lead, at=path.at)
        except Refused as refused:
            return refused.refusals[0].code
        return "done"

    answers = all_at_once([begin] * 10)

    assert Counter(answers) == {"done": 1, "amendment_open": 9}
    assert Review.objects.filter(kind="amendment").count() == 1


def test_approved_while_the_lead_withdraws_and_authorises_one_of_the_two_ends_stands() -> None:
    path = change().handed_in()
    delegate = team_member(path)
    path.weigh().accept()
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    before, last = path.now.in_force, path.review.submission
    day = law_day(path.at).isoformat()
    terms = {"person": delegate.username, "acts": ["submit"], "starts_on": day, "ends_on": day}

    answers = all_at_once(
        [
            step(path.review, "conclude", path.secretary, path.at, password=PASSWORD),
            step(path.review, "withdraw", path.lead, path.at, reason="不需要了"),
            step(path.project, "authorise", path.lead, path.at, **terms),
        ]
    )

    review = Review.objects.get(pk=path.review.pk)
    assert sorted(answers) == ["done", "done", "state"]
    assert answers[2] == "done"
    assert path.now.in_force == (last if review.state == "approved" else before)
    assert review.state in {"approved", "withdrawn"}
    assert list(verify()) == []


def test_revoked_while_it_is_used_the_record_says_which_came_first() -> None:
    path = change().approved()
    mandate = authorise(path, team_member(path), "write")

    answers = all_at_once([step(mandate, "revoke", path.lead, path.at) for _number in range(5)])

    assert Counter(answers) == {"done": 1, "state": 4}
