"""What a reminder is about is said to whom it may be said: an office may be held by somebody with an interest."""

from datetime import timedelta

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.notices.models import Notice
from tests.reviews.builders import Case, case
from tests.reviews.desk.conftest import queries

pytestmark = pytest.mark.django_db


def told(kind: str, object_ref: str) -> dict[str, str]:
    """Everything that the sweeps of its whole life say of this deadline, by who was told."""
    row = Deadline.objects.get(kind=kind, object_ref=object_ref)
    for seconds in sorted({0, *row.ladder}):
        sweep(row.due_at + timedelta(seconds=seconds + 1))
    words: dict[str, str] = {}
    for notice in Notice.objects.filter(key__startswith="deadline.", object_ref=object_ref):
        words[notice.person.username] = words.get(notice.person.username, "") + notice.subject + notice.text
    return words


def test_the_lead_is_told_the_title_of_what_they_owe_and_the_offices_above_only_its_number() -> None:
    path = case().concluded()
    follow_up = path.project.follow_ups.get()

    words = told("follow_up.report", follow_up.ref)

    mine = words.pop(path.lead.username)
    assert f"{follow_up.ref}《{path.project.title}》" in mine
    assert words, "somebody above is told"
    assert all(path.project.title not in said for said in words.values())


def test_an_office_is_told_the_number_of_a_review_and_not_its_title() -> None:
    path = case().accepted()

    words = told("review.decision", path.review.ref)

    assert path.review.ref in words[path.secretary.username]
    assert all(path.project.title not in said for said in words.values())


def test_a_batch_asks_one_question_for_all_names() -> None:
    path = case().concluded()
    Case(path.committee, path.lead, path.at).concluded()
    due = Deadline.objects.filter(kind="follow_up.report")

    def asked(number: int, day: int) -> int:
        keys = due.values_list("pk", flat=True)[:number]
        at = path.at + timedelta(days=day)
        Deadline.objects.update(next_at=None)
        Deadline.objects.filter(pk__in=list(keys)).update(stage=0, next_at=at, due_at=at + timedelta(hours=1))
        with queries() as caught:
            sweep(at)
        return len(caught)

    asked(2, day=1)
    assert asked(1, day=2) == asked(2, day=3)
