"""The demonstration: made once, lawful, signed in to, and true to the steps."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.models import Person, Restriction, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.models import Deadline
from ethicsreview.diary.entries import own
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import step_view
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import (
    Complaint,
    Decision,
    Disclosure,
    FollowUp,
    GateAnswer,
    Investigation,
    Meeting,
    Participation,
    Project,
    Recheck,
    Report,
    Review,
)
from reviews.models.annual.drafting import draft_pending
from reviews.samples.people import PASSWORD
from reviews.samples.supervision.misconduct import SANCTIONED

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
    assert Letter.objects.count() == Decision.objects.count() == 15
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


# Of each kind of supervision something to do and something finished.
SUPERVISED = {
    "complaint": ["accepted", "closed", "received", "received"],
    "investigation": ["investigating", "partly_founded"],
    "respondent": ["cleared", "established", "notified"],
    "sanction": ["in_force", "in_force", "stated"],
    "sampling_plan": ["drawn"],
    "sample_item": ["drawn", "rectifying"],
    "inspection": ["announced", "closed", "reported"],
    "rectification": ["answered", "ordered"],
    "disclosure": ["published", "submitted"],
    "warning": ["acting", "raised", "ruled_out"],
    "programme": ["open", "open"],
    "programme_entry": ["entered"] * 5,
    "commitment": ["signed", "unsigned", "unsigned", "unsigned"],
    "record_lookup": ["answered"],
    "annual_report": ["accepted", "draft", "submitted"],
    "training_plan": ["announced", "closed"],
}


def test_supervision_stands_at_several_stages(printed):
    found = {noun: sorted(nouns()[noun].objects.values_list("state", flat=True)) for noun in SUPERVISED}

    assert found == SUPERVISED
    assert Restriction.objects.get().person.username == SANCTIONED
    gates = GateAnswer.objects.order_by("pk").values_list("entry__number", "stage", "open")
    assert list(gates) == [
        ("YF-001", "intake", True),
        ("YF-001", "approval", True),
        ("YF-001", "process", True),
        ("YF-002", "process", False),
        ("YF-003", "process", False),
        ("ZD-001", "approval", False),
    ]
    assert {one["code"] for one in GateAnswer.objects.get(entry__number="YF-003").reasons} == {
        *("lead_banned", "not_approved", "letter_lead", "letter_unit")
    }


# What somebody must act on, by the clocks of supervision that run for them.
TASKS = {
    "jinan-officer": ["commitment.unit", "commitment.unit", "complaint.triage", "rectification.finish"],
    "jinan-lead": ["commitment.lead"],
    SANCTIONED: ["commitment.lead", "sanction.appeal", "sanction.appeal", "sanction.rectify"],
    "jinan-regulator": ["rectification.check", "warning.acknowledge"],
    "qingdao-officer": ["investigation.finish"],
    "qingdao-lead": ["respondent.state"],
    "chengdu-secretary": ["sample_item.rectify"],
    "chengdu-regulator": ["complaint.triage", "warning.finish"],
    "sd-regulator": ["training_plan.close"],
    "sd-health-regulator": ["inspection.visit"],
    "sc-regulator": ["sampling_plan.finish", "sampling_plan.next"],
}
# And where they find what no clock runs for: the page, and of which kind and in which state something stands there.
PAGES = {
    "sd-regulator": {"disclosures": ("disclosure", "submitted"), "investigations": ("investigation", "partly_founded")},
    "jinan-regulator": {"annual_reports": ("annual_report", "submitted"), "warnings": ("warning", "raised")},
    "qingdao-secretary": {"annual_reports": ("annual_report", "draft")},
    "sd-programme": {"programmes": ("programme", "open")},
    "sc-programme": {"record_lookups": ("record_lookup", "answered")},
    "sc-regulator": {"sampling_plans": ("sampling_plan", "drawn")},
    "sd-recheck2": {"inspections": ("inspection", "announced")},
    "chengdu-regulator": {"complaints": ("complaint", "received"), "warnings": ("warning", "acting")},
    "jinan-secretary": {"training_plans": ("training_plan", "announced"), "inspections": ("inspection", "reported")},
}


def test_each_role_has_something_to_do(printed):
    now, kinds = timezone.now(), {kind.partition(".")[0] for tasks in TASKS.values() for kind in tasks}

    for name, tasks in TASKS.items():
        running = own(standing_of(Person.objects.get(username=name), now)).seen.open().values_list("kind", flat=True)
        assert sorted(kind for kind in running if kind.partition(".")[0] in kinds) == tasks, name
    for name, pages in PAGES.items():
        client = Client()
        client.force_login(Person.objects.get(username=name), backend=settings.AUTHENTICATION_BACKENDS[-1])
        for page, (noun, state) in pages.items():
            shown = client.get(reverse(f"desk:{page}")).content.decode()
            assert any(one.ref in shown for one in nouns()[noun].objects.filter(state=state)), (name, page)


def test_nothing_is_late_when_it_begins(printed):
    """Nor once beat has drafted what the year asks for."""
    draft_pending(timezone.now())

    late = Deadline.objects.filter(breached_at__isnull=False) | Deadline.objects.open().filter(
        due_at__lt=timezone.now()
    )

    assert list(late) == []


def test_nobody_sees_what_they_are_accused_of(printed):
    """The unit and its people, whom the province's investigation is about."""
    case = Investigation.objects.get(state="partly_founded")

    for name in ("jinan-officer", "jinan-secretary", "jinan-chair", SANCTIONED):
        standing = standing_of(Person.objects.get(username=name), timezone.now())
        assert case not in Investigation.objects.visible_to(standing), name
        assert case.complaint not in Complaint.objects.visible_to(standing), name
    waiting = Disclosure.objects.get(state="submitted")
    assert [one.code for one in step_view(waiting, "approve", waiting.written_by).refusals] == ["own_text"]
    assert step_view(waiting, "approve", Person.objects.get(username="sd-regulator")).open


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
