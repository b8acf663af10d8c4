"""Many seeded reviews: copies that nobody can tell from what the steps have made."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from committees.models import Membership
from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import FollowUp, Project, Review
from reviews.samples.seeding import BULK_FROM, seed
from reviews.samples.stages import AGENDA, Stage

pytestmark = pytest.mark.django_db
MANY = BULK_FROM + 5
STEPPED = 2 * AGENDA  # of many: one session in each province


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[Stage, list[Review]]]:
    """Many of two stages, made once; each test's own transaction lies inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        made: dict[Stage, list[Review]] = {}
        for stage in (Stage.DECIDED, Stage.IN_REVIEW):
            before = Review.objects.count()
            seed(stage, MANY)
            made[stage] = list(Review.objects.order_by("pk").select_related("project", "committee")[before:])
        yield made
        transaction.set_rollback(True)


def entries_of(project: Project) -> list[Entry]:
    chain = {"chain__subject_kind": "project", "chain__subject_ref": project.ref}
    return list(Entry.objects.filter(**chain).order_by("seq"))


def shape(review: Review) -> tuple[Any, ...]:
    """Everything about a review but who and which."""
    project = review.project
    deadlines = Deadline.objects.filter(subject_ref=project.ref).order_by("pk")
    times = ("kind", "label", "started_at", "due_at", "closed_at", "outcome", "next_at", "role", "citation", "stage")
    steps = [(e.object_kind, e.step, e.source, e.target, e.at, e.capacities, e.citation) for e in entries_of(project)]
    return (
        (review.state, review.waiting_for, review.next_due_at, review.round, review.regimes, review.accepted_at),
        (project.state, project.field, project.region, project.starts_on, review.policy_pin, review.procedure),
        [
            (v.number, sorted(v.content), v.sealed_at, v.materials.count())
            for v in review.submissions.order_by("number")
        ],
        [(o.state, o.verdict, o.next_due_at, o.criteria) for o in review.opinions.order_by("pk")],
        [(r.kind, r.number, r.text) for r in review.requests.all()],
        [(d.outcome, d.tally, d.requirements, d.reasons, d.decided_at, d.grounds) for d in review.decisions.all()],
        [(f.state, f.due_on, f.next_due_at) for f in FollowUp.objects.filter(review=review)],
        list(deadlines.values_list(*times)),
        steps,
    )


@pytest.mark.parametrize("stage", [Stage.DECIDED, Stage.IN_REVIEW])
def test_copies_have_the_shape_of_what_the_steps_made(seeded, stage):
    stepped, copied = seeded[stage][:STEPPED], seeded[stage][STEPPED + 1 :]

    shapes = [shape(review) for review in stepped]
    assert len(seeded[stage]) == MANY
    assert [review.ref for review in copied if shape(review) not in shapes] == []
    assert len({review.ref for review in seeded[stage]}) == MANY
    assert len({review.project.title for review in seeded[stage]}) == MANY


def test_the_record_of_all_of_them_verifies(seeded):
    assert list(verify()) == []


def test_every_version_and_every_ballot_is_what_its_digest_says(seeded):
    for review in seeded[Stage.DECIDED]:
        assert review.submission.intact()
        assert {d.submission_digest for d in review.decisions.all()} == {review.submission.digest} or review.requests
        cast = {e.object_ref: e.facts["digest"] for e in entries_of(review.project) if e.step == "cast"}
        assert cast == {ballot.ref: ballot.ballot_digest() for ballot in review.opinions.select_related("person")}


def test_a_copy_names_nobody_and_nothing_of_another(seeded):
    for review in [*seeded[Stage.DECIDED][-3:], *seeded[Stage.IN_REVIEW][-3:]]:
        members = Membership.objects.filter(appointment__body=review.committee)
        insiders = {member.person.username for member in members.with_people()} | {review.project.lead.username}
        own = {review.ref, review.project.ref, review.meeting.ref}
        own |= {row.ref for row in [*review.opinions.all(), *review.project.assessments.all()]}
        own |= set(FollowUp.objects.filter(review=review).values_list("ref", flat=True))
        for entry in entries_of(review.project):
            assert entry.actor_ref in insiders
            assert set(re.findall(r"\b[PARBMF]\d{4}-\d{6}", str(entry.facts))) <= own
            if "presenter" in entry.facts.get("input", {}):
                assert entry.facts["input"]["presenter"] in {member.ref for member in members}
        assert {row["name"] for d in review.decisions.all() for row in d.attendance} <= set(
            Person.objects.filter(username__in=insiders).values_list("name", flat=True)
        )


def test_a_meeting_is_held_on_what_was_seeded(seeded):
    review = seeded[Stage.IN_REVIEW][-1]
    secretary = Person.objects.get(appointments__role="secretary", appointments__body=review.committee)
    meeting, seats = review.meeting, review.committee.memberships.voting()
    there = {f"presence__{seat.pk}": "present" for seat in seats}

    perform(meeting, "mark_attendance", by=secretary, at=meeting.starts_at, **there)
    opened = perform(meeting, "open", by=secretary, at=meeting.starts_at)

    assert opened.state == "open"
    assert list(verify()) == []


def test_a_lead_answers_what_was_asked_of_a_copy(seeded):
    review = next(r for r in reversed(seeded[Stage.DECIDED]) if r.state == "modification_required")
    answers = {f"answer__{request.number}": "已修改。" for request in review.open_requests()}
    lead = review.project.lead

    after = perform(review, "submit_modification", by=lead, agree=True, signature=lead.name, **answers)

    assert after.state == "modification_submitted"
