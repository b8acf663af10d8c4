"""The demonstration: made once, lawful, signed in to, and true to the steps."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from committees.models import Committee
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.documents.models import Letter
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import Decision, FollowUp, Meeting, Participation, Project, Recheck, Report, Review
from reviews.samples.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Made once for all the tests that only look: each test's own transaction lies inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield told()
        transaction.set_rollback(True)


def told() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def test_the_stages_of_reviews_and_projects(printed):
    states = sorted(set(Review.objects.values_list("state", flat=True)))

    assert states == [
        "accepted",
        "approved",
        "draft",
        "in_recheck",
        "in_review",
        "modification_required",
        "preliminarily_passed",
        "rejected",
        "revision_required",
        "submitted",
        "supplement_requested",
    ]
    assert Project.objects.filter(state="draft", participation=None).count() == 1
    assert Meeting.objects.filter(state="planned").count() == 5
    assert sorted(FollowUp.objects.values_list("state", flat=True)) == ["due", *["scheduled"] * 6]
    assert list(Report.objects.values_list("kind", "state")) == [("sae", "filed")]
    assert Letter.objects.count() == Decision.objects.count() == 14
    assert sorted(Review.objects.filter(kind="amendment").values_list("state", flat=True)) == ["approved", "submitted"]
    assert sorted(Recheck.objects.values_list("state", flat=True)) == ["in_progress", "requested"]


def test_one_review_is_on_its_way_by_the_simplified_procedure(printed):
    review = Review.objects.get(procedure="simplified", kind="initial")

    assert review.waiting_for == "reviewers"
    assert sorted(review.opinions.values_list("state", flat=True)) == ["assigned", "cast"]


def test_an_emergency_is_in_force_with_one_review_before_a_meeting_and_one_decided(printed):
    urgent = Review.objects.filter(procedure="emergency").order_by("pk")

    assert [review.state for review in urgent] == ["approved", "in_review"]
    assert {review.event.state for review in urgent} == {"active"}
    assert urgent[0].decision.emergency["hours"] == 48
    assert urgent[1].next_due_at is not None


def test_a_collaboration_shows_who_has_confirmed_and_who_is_out(printed):
    states = Participation.objects.order_by("pk").values_list("institution__region", "state")

    assert list(states) == [("370200", "agreed"), ("510100", "joined"), ("513400", "invited")]


def test_every_committee_may_review_under_every_regime(printed):
    committees = Committee.objects.active()

    assert {committee.region for committee in committees} == {"370100", "370200", "510100", "513400"}
    for committee in committees:
        assert committee.can_review(committee.regimes, at=Meeting.objects.latest("starts_at").starts_at) == []


def test_every_role_has_somebody_and_the_table_names_nobody_else(printed):
    named = {word for line in printed.splitlines()[:-1] for word in line.split() if word.isascii() and "/" not in word}

    held = {role for person in Person.objects.all() for role in person.appointments.values_list("role", flat=True)}
    assert held == set(Role) - {Role.ADVISER}
    assert named <= set(Person.objects.values_list("username", flat=True))
    assert PASSWORD in printed


def test_the_people_sign_in_with_the_password_that_is_printed(printed):
    client = Client()

    client.post("/accounts/login/", {"login": "jinan-lead", "password": PASSWORD})

    assert client.session["_auth_user_id"] == str(Person.objects.get(username="jinan-lead").pk)


def test_a_second_call_changes_nothing(printed):
    before = Entry.objects.count()

    assert told() == printed
    assert Entry.objects.count() == before
    assert list(verify()) == []


def test_the_lead_sees_the_own_projects_and_no_others(printed):
    lead = Person.objects.get(username="qingdao-lead")

    seen = Project.objects.visible_to(standing_of(lead, lead.date_joined))
    # Of one more they are on the team: the whole of which their own is a part.
    whole = Project.objects.filter(collaboration__participations__local_lead=lead)

    assert {project.institution.region for project in Project.objects.filter(lead=lead)} == {"370200"}
    assert set(seen) <= set(Project.objects.filter(lead=lead)) | set(whole)
    assert len(set(seen)) < Project.objects.count()
