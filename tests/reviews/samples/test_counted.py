"""What a seed writes past the steps is in the overview's counters all the same."""

import pytest
from django.utils import timezone

from reviews.models import Counter, Review
from reviews.oversight.overview.counting import check, count_pending
from reviews.samples.seeding import seed

pytestmark = pytest.mark.django_db
SIZE = 60


def test_copies_are_counted():
    seed("decided", SIZE)

    count_pending(timezone.now())

    assert Review.objects.count() == SIZE
    decided = Counter.objects.filter(measure="decided", period__regex=r"^\d{4}$")
    assert sum(decided.values_list("number", flat=True)) == SIZE
    assert list(check(timezone.now())) == []
