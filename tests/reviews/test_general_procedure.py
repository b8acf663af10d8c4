"""The general procedure from a draft to its decision, and each way it can turn out."""

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.trail.models import Chain
from ethicsreview.trail.verification import verify
from reviews.models import Decision, Project, Review
from tests.reviews.builders import case

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 16, 17)
def test_unanimous_approval_approves_the_project():
    path = case().concluded()

    path.project.refresh_from_db()
    assert path.review.state == Review.State.APPROVED
    assert path.project.state == Project.State.APPROVED
    decision = Decision.objects.get(review=path.review)
    assert decision.tally["votes"]["approved"] == 7
    assert decision.submission_digest == path.review.submission.digest
    assert not Deadline.objects.of(path.review).open().exists()
    assert path.project.follow_ups.count() == 1
    assert list(verify()) == []
    assert Chain.objects.get(subject_kind="project").length > 10
