"""Few seeded reviews, by the steps; and where nobody with a known password is added."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from ethicsreview.accounts.models import Person
from ethicsreview.trail.verification import verify
from reviews.models import Decision, FollowUp, Meeting, Opinion, Project, Review
from reviews.samples import demo
from reviews.samples.people import PASSWORD
from reviews.samples.seeding import BULK_FROM, seed
from reviews.samples.stages import Stage
from reviews.samples.stories import title
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("stage", Stage)
def test_few_are_made_by_the_steps(stage):
    out = StringIO()

    call_command("seed", stage=stage, size=2, stdout=out)

    states = Counter(Review.objects.values_list("state", flat=True))
    assert (
        states
        == {
            Stage.SUBMITTED: {"submitted": 2},
            Stage.IN_REVIEW: {"in_review": 2},
            Stage.DECIDED: {"modification_required": 1, "approved": 1},
            Stage.FOLLOW_UP: {"approved": 2},
        }[stage]
    )
    assert FollowUp.objects.count() == states["approved"]
    assert Decision.objects.exists() == (stage in {Stage.DECIDED, Stage.FOLLOW_UP})
    assert PASSWORD in out.getvalue()


def test_a_later_seeding_goes_to_the_same_committees():
    seed("submitted", 1)
    people = Person.objects.count()

    seed("submitted", 1)

    assert (Person.objects.count(), Project.objects.count()) == (people, 2)
    assert Meeting.objects.count() == Opinion.objects.count() == 0


def test_nothing_is_seeded_into_a_service_in_use():
    PersonFactory(email="somebody@hospital.cn")

    with pytest.raises(CommandError, match="1"):
        call_command("seed", stage="submitted", size=1)

    assert Review.objects.count() == 0


@pytest.mark.parametrize("https", [True, False])
def test_nobody_with_a_known_password_is_added_to_a_service_in_use(https):
    if not https:
        PersonFactory(email="somebody@hospital.cn")

    with override_settings(HTTPS=https):
        out = StringIO()
        call_command("demo", stdout=out)

    assert not demo.is_made()
    assert ("HTTPS" in out.getvalue()) == https
    assert PASSWORD not in out.getvalue()


def test_yes_adds_them_all_the_same(monkeypatch):
    made = []
    monkeypatch.setattr(demo, "make", lambda: made.append("demo data"))
    PersonFactory(email="somebody@hospital.cn")

    call_command("demo", yes=True, stdout=StringIO())
    call_command("seed", stage="submitted", size=1, yes=True, stdout=StringIO())

    assert made == ["demo data"]
    assert Review.objects.count() == 1


def test_titles_do_not_come_twice():
    assert len({title(number) for number in range(25_000)}) == 25_000


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_processes_write_at_once():
    seed("submitted", 2 * BULK_FROM, processes=2)

    assert Review.objects.count() == 2 * BULK_FROM
    assert list(verify()) == []
