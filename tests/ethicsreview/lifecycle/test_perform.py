"""The order of the door, and that a step happens whole or not at all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import create, open_steps, perform, step_view
from ethicsreview.lifecycle.drafts import Stale, keep_draft
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Delivery, Notice
from ethicsreview.policy.days import law_day
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import Opinion, Project, Review, RiskAssessment
from reviews.models.applying import start_assessment
from reviews.models.submissions.submission import keep_section
from tests.committees.builders import holder, institution, person
from tests.reviews.builders import case, signing
from tests.reviews.rules.answers import OUT_OF_SCOPE

pytestmark = pytest.mark.django_db
ACCEPT = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no"}


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of ours: to hold against itself after a step that must leave nothing."""
    ours = ("accounts", "trail", "documents", "notices", "deadlines", "committees", "reviews")
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.app_label in ours
    }


# --- who ----------------------------------------------------------------------------------------------------------


def test_stranger_is_told_nothing_not_even_that_the_input_is_wrong() -> None:
    path = case().submitted()
    stranger = holder(Role.SECRETARY, institution())

    for name in ("accept", "withdraw", "submit"):
        with pytest.raises(NotVisible):
            perform(path.review, name, by=stranger, at=path.at, nonsense="x")
    with pytest.raises(NotVisible):
        perform(path.review, "withdraw", by=person(), at=path.at, reason="x")


def test_permission_comes_before_requirements_and_names_whose_step_it_is() -> None:
    path = case().drafted()
    path.do("submit", path.lead, **signing(path.lead))

    with pytest.raises(NotPermitted) as caught:
        path.do("conclude", path.lead)

    assert caught.value.allowed == ("designator", "presider", "secretary")


def test_inactive_person_takes_no_step() -> None:
    path = case().submitted()
    path.lead.is_active = False
    path.lead.save(update_fields=["is_active"])

    with pytest.raises(NotVisible):
        path.do("withdraw", path.lead, reason="x")


def test_creating_needs_the_capacity_too() -> None:
    path = case()

    with pytest.raises(NotPermitted):
        create(
            Project(
                title="别人的项目",
                field="other",
                lead=path.lead,
                institution=path.committee.institution,
                region="370100",
            ),
            by=path.secretary,
            at=path.at,
        )

    assert not Project.objects.exists()


# --- refusals, all at once ----------------------------------------------------------------------------------------


def test_all_refusals_are_told_at_once_and_before_the_input_is_looked_at() -> None:
    """Nobody has voted and four have left, chair, ethics and law among them; all of it is told, and before the form."""
    path = case().opened()
    seats = list(path.committee.voting_members_at(law_day(path.at)).order_by("pk"))
    marks = {f"presence__{seat.pk}": "present" if n >= 4 else "absent" for n, seat in enumerate(seats)}
    perform(path.meeting, "mark_attendance", by=path.secretary, at=path.at, **marks)

    with pytest.raises(Refused) as caught:
        path.do("conclude", path.chair, nonsense="x")

    assert {refusal.code for refusal in caught.value.refusals} >= {"too_few_present", "category_missing", "ballots_out"}
    assert all(refusal.cite for refusal in caught.value.refusals)


def test_shut_step_is_shown_with_every_refusal_that_performing_it_gives() -> None:
    path = case().opened()

    views = {view.name: view for view in open_steps(path.review, path.chair, at=path.at)}
    with pytest.raises(Refused) as caught:
        path.do("conclude", path.chair)

    assert not views["conclude"].open
    assert [r.code for r in views["conclude"].refusals] == [r.code for r in caught.value.refusals]


def test_steps_of_another_state_are_shown_only_when_asked_for() -> None:
    path = case().submitted()

    now = {view.name for view in open_steps(path.review, path.lead, at=path.at)}
    every = {view.name: view for view in open_steps(path.review, path.lead, at=path.at, every=True)}

    assert now == {"withdraw"}
    assert every.keys() == {"submit", "resubmit", "submit_modification", "resubmit_revision", "withdraw"}
    assert [refusal.code for refusal in every["submit"].refusals][:1] == ["state"]


def test_page_of_a_step_is_not_for_whom_the_step_is_not() -> None:
    path = case().submitted()

    with pytest.raises(NotPermitted):
        step_view(path.review, "accept", path.lead, at=path.at)

    assert step_view(path.review, "accept", path.secretary, at=path.at).open


# --- input --------------------------------------------------------------------------------------------------------


def test_every_unknown_and_every_wrong_field_is_named() -> None:
    path = case().submitted()

    with pytest.raises(InvalidInput) as caught:
        path.do("accept", path.secretary, procedure="secret", listed="maybe", state="approved", outcome="approved")

    assert caught.value.errors.keys() == {"procedure", "procedure_ground", "listed", "state", "outcome"}
    assert caught.value.errors["state"] == ["没有这一项。"]


def test_wrong_input_leaves_nothing() -> None:
    path = case().submitted()
    before = everything()

    with pytest.raises(InvalidInput):
        path.do("accept", path.secretary, procedure="general")

    assert everything() == before


def test_password_reaches_neither_the_step_nor_the_trail() -> None:
    path = case().concluded()

    kept = " ".join(map(repr, Entry.objects.values_list())) + " ".join(map(repr, Notice.objects.values_list()))

    assert path.review.state == "approved"
    assert "a-long-enough-password" not in kept
    assert "password" not in kept


# --- whole, or not at all -----------------------------------------------------------------------------------------


class Struck(Exception):
    """What the test throws into the middle of a step."""


def strike(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def struck(*_args: object, **_terms: object) -> None:
        raise Struck(where)

    monkeypatch.setattr(where, struck)


@pytest.mark.parametrize(
    "where",
    [
        "reviews.models.reviewing.conclusion.schedule",  # after the decision was written
        "ethicsreview.lifecycle.door.append",  # after the review was saved
        "ethicsreview.lifecycle.act.clock.meet",  # after its trail entry
        "ethicsreview.lifecycle.act.clock.start",  # after the follow-up was made
        "ethicsreview.lifecycle.door._bring_about",  # before the project is approved
        "ethicsreview.lifecycle.door.post",  # last of all
    ],
)
def test_step_struck_in_the_middle_leaves_nothing_and_can_be_taken_again(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    path = case().voted()
    terms = {"password": "a-long-enough-password"}
    before = everything()

    with monkeypatch.context() as patched:
        strike(patched, where)
        with pytest.raises(Struck):
            path.do("conclude", path.chair, **terms)
    left = everything()
    path.do("conclude", path.chair, **terms)

    assert left == before
    assert path.review.state == "approved"
    assert list(verify()) == []


def test_step_writes_its_record_its_clock_and_its_notice_together() -> None:
    path = case().submitted()
    written = {model: set(model.objects.values_list("pk", flat=True)) for model in (Entry, Deadline, Notice, Delivery)}

    path.do("accept", path.secretary, **ACCEPT)

    new = {model: model.objects.exclude(pk__in=known) for model, known in written.items()}
    [entry], [clock], [told] = new[Entry], new[Deadline], new[Notice].filter(person=path.lead)
    assert (entry.step, entry.source, entry.target, entry.actor_ref) == (
        "accept",
        "submitted",
        "accepted",
        path.secretary.username,
    )
    assert (entry.citation, entry.capacities) == ("national:10", "secretary")
    assert entry.facts["input"]["procedure_ground"] == "风险高于最低风险"
    assert (clock.kind, clock.object_ref, clock.started_at) == ("review.decision", path.review.ref, path.at)
    assert told.key == "review.accept"
    assert told.created_at == path.at
    assert new[Delivery].filter(notice=told).count() == 1
    assert path.review.next_due_at == clock.due_at


def test_consequence_is_recorded_with_its_cause() -> None:
    path = case().submitted()

    entry = Entry.objects.get(object_kind="project", step="enter_review")

    assert entry.facts["because"] == f"review:{path.review.ref} submit"
    assert (entry.actor_ref, entry.capacities) == (path.lead.username, "consequence")


def test_what_must_stand_before_the_object_does() -> None:
    """Two completed assessments may not stand side by side: the older goes first, in the same step."""
    path = case().assessed()
    second = start_assessment(path.project, by=path.lead, at=path.at)
    RiskAssessment.objects.filter(pk=second.pk).update(answers=OUT_OF_SCOPE)

    perform(second, "complete", by=path.lead, at=path.at)

    states = dict(path.project.assessments.values_list("ref", "state"))
    order = Entry.objects.filter(step__in=["supersede", "complete", "need_no_review"]).order_by("-seq")
    assert states == {path.assessment.ref: "superseded", second.ref: "completed"}
    assert [entry.step for entry in order][:3] == ["need_no_review", "complete", "supersede"]


# --- drafts -------------------------------------------------------------------------------------------------------


def test_draft_of_a_ballot_is_kept_and_leaves_no_trace_in_the_record() -> None:
    path = case().opened()
    member = path.members[2]
    opinion, entries = path.ballot_of(member), Entry.objects.count()

    revision = keep_draft(opinion, by=member, revision=0, at=path.at, draft_answers={"verdict": "rejected"})

    opinion.refresh_from_db()
    assert (revision, opinion.revision, opinion.draft_answers) == (1, 1, {"verdict": "rejected"})
    assert (opinion.state, opinion.verdict) == ("assigned", "")
    assert Entry.objects.count() == entries


def test_draft_saved_from_a_second_tab_does_not_overwrite_the_first() -> None:
    path = case().opened()
    member = path.members[2]
    opinion = path.ballot_of(member)
    keep_draft(opinion, by=member, revision=0, at=path.at, draft_answers={"tab": "1"})

    with pytest.raises(Stale):
        keep_draft(opinion, by=member, revision=0, at=path.at, draft_answers={"tab": "2"})

    opinion.refresh_from_db()
    assert opinion.draft_answers == {"tab": "1"}


def test_draft_is_its_writers_alone_and_ends_when_it_is_sealed() -> None:
    path = case().opened()
    member = path.members[2]
    opinion = path.ballot_of(member)

    with pytest.raises(NotPermitted):
        keep_draft(opinion, by=path.chair, revision=0, at=path.at, draft_answers={})
    with pytest.raises(NotVisible):
        keep_draft(opinion, by=person(), revision=0, at=path.at, draft_answers={})
    with pytest.raises(KeyError, match="verdict"):
        keep_draft(opinion, by=member, revision=0, at=path.at, verdict="approved")
    cast = path.cast(member)
    with pytest.raises(NotPermitted):
        keep_draft(cast, by=member, revision=cast.revision, at=path.at, draft_answers={})

    assert Opinion.objects.get(pk=opinion.pk).draft_answers == {}


def test_section_saved_from_a_second_tab_does_not_overwrite_the_first() -> None:
    path = case().drafted()
    first, second = (Review.objects.get(pk=path.review.pk).draft_submission for _tab in range(2))

    keep_section(first, by=path.lead, revision=first.revision, values={"purpose": "甲"}, at=path.at)
    with pytest.raises(Stale):
        keep_section(second, by=path.lead, revision=second.revision, values={"purpose": "乙"}, at=path.at)

    assert path.review.draft_submission.content["purpose"] == "甲"


# --- two at once --------------------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_same_step_taken_by_two_at_once_happens_once() -> None:
    path = case().submitted()
    together = Barrier(2)

    def take(_number: int) -> str:
        try:
            review = Review.objects.get(pk=path.review.pk)
            together.wait()
            perform(review, "accept", by=path.secretary, at=path.at, **ACCEPT)
        except Refused as refused:
            return refused.refusals[0].code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(take, range(2)))

    assert answers == ["done", "state"]
    assert Entry.objects.filter(step="accept").count() == 1
    assert Deadline.objects.of(path.review).count() == 1
    assert Notice.objects.filter(key="review.accept", person=path.lead).count() == 1


def test_helpers_of_this_file_see_a_change() -> None:
    """`everything` would be worthless if it could not tell."""
    path = case()
    before = everything()

    models.QuerySet(type(path.lead)).filter(pk=path.lead.pk).update(title="教授")

    assert everything() != before
