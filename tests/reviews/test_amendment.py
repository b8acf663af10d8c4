"""Amendments: only the chosen parts open, what is approved stays in force until the committee decides."""

import pytest

from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from tests.reviews.amendments import DESIGN, change
from tests.reviews.builders import refused, signing

pytestmark = pytest.mark.django_db


def test_begins_with_the_version_in_force_at_the_committee_that_approved_it():
    path = change().begun()

    assert (path.review.kind, path.review.state) == ("amendment", "draft")
    assert path.review.committee == path.committee
    assert path.review.amends == path.now.in_force == path.initial.submission
    draft = path.review.draft_submission
    assert draft.content == path.initial.submission.content
    assert [m.version_id for m in draft.documents()] == [m.version_id for m in path.initial.submission.documents()]


def test_the_whole_way_puts_the_new_version_in_force():
    path = change().decided()

    assert path.review.state == "approved"
    assert path.now.state == "approved"
    assert path.now.in_force == path.review.submission
    assert path.now.in_force.content["design"] == DESIGN
    assert path.project.follow_ups.count() == 1


def test_small_change_by_the_simplified_procedure():
    path = change().simply_decided()

    assert path.review.decision.basis == "simplified"
    assert path.now.in_force == path.review.submission
