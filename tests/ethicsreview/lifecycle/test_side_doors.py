"""Every way round the door is shut, and says so."""

import copy
from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from ethicsreview.accounts.standing import SYSTEM, standing_of
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.door import create, perform
from ethicsreview.lifecycle.refusals import NotPermitted, SideDoor
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import CONSEQUENCE, steps_of
from ethicsreview.trail.models import Entry
from reviews.models import Meeting, Project, Review
from tests.reviews.builders import Case, case

pytestmark = pytest.mark.django_db


@pytest.fixture
def path() -> Case:
    return case().submitted()


def an_act(path: Case, **terms: object) -> Act:
    at = timezone.now()
    return Act(actor=path.secretary, at=at, standing=standing_of(path.secretary, at), **terms)


WAYS: dict[str, Callable[[Case], object]] = {
    "call the step": lambda path: path.review.decline(an_act(path), reason="x"),
    "call it as part of another": lambda path: path.review.decline(
        an_act(path, doing=(path.review, "accept")), reason="x"
    ),
    "call it as part of the same on another": lambda path: path.review.decline(
        an_act(path, doing=(path.project, "decline")), reason="x"
    ),
    "save": lambda path: path.review.save(),
    "save some fields": lambda path: path.review.save(update_fields=["round"]),
    "update the state": lambda path: Review.objects.filter(pk=path.review.pk).update(state="approved"),
    "update the state of all": lambda path: Review.objects.update(state="approved", round=2),
    "bulk update": lambda path: Review.objects.bulk_update([path.review], ["state"]),
    "bulk create": lambda path: Review.objects.bulk_create([copy.copy(path.review)]),
    "make through the manager": lambda path: Review.objects.create(
        project=path.project, committee=path.committee, assessment=path.assessment
    ),
    "get or create": lambda path: Review.objects.get_or_create(
        project=path.project, committee=path.committee, assessment=path.assessment, round=9
    ),
    "make through what it belongs to": lambda path: path.project.reviews.create(
        committee=path.committee, assessment=path.assessment
    ),
    "delete": lambda path: path.review.delete(),
    "delete through the queryset": lambda path: Review.objects.filter(pk=path.review.pk).delete(),
    "delete through what it belongs to": lambda path: path.project.reviews.all().delete(),
    "begin in another state": lambda path: create(
        Meeting(committee=path.committee, title="会议", starts_at=path.at, state="open"), by=path.secretary, at=path.at
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_way_round_the_door_is_shut(path: Case, way: str) -> None:
    before = (Review.objects.values().get(), Review.objects.count(), Meeting.objects.count(), Entry.objects.count())

    with pytest.raises(SideDoor), transaction.atomic():
        WAYS[way](path)

    assert (Review.objects.values().get(), Review.objects.count(), Meeting.objects.count(), Entry.objects.count()) == (
        before
    )


def test_setting_the_state_is_an_error(path: Case) -> None:
    with pytest.raises(AttributeError, match="state"):
        path.review.state = "approved"


def test_refreshing_reads_the_state_and_leaves_it_protected(path: Case) -> None:
    stale = Review.objects.get(pk=path.review.pk)
    path.do("decline", path.secretary, reason="不属于审查范围")

    stale.refresh_from_db()

    assert stale.state == "declined"
    with pytest.raises(AttributeError, match="state"):
        stale.state = "approved"


def test_fields_beside_the_state_may_be_kept_by_update(path: Case) -> None:
    """What is no state (a counter, a due date) is kept without a step."""
    assert Project.objects.filter(pk=path.project.pk).update(revision=4) == 1


def test_door_shuts_again_after_a_step_and_after_a_refusal(path: Case) -> None:
    with pytest.raises(NotPermitted):
        path.do("accept", path.lead)
    path.do("decline", path.secretary, reason="不属于审查范围")

    with pytest.raises(SideDoor):
        path.review.save()


def test_state_of_an_object_read_long_ago_is_not_believed(path: Case) -> None:
    """Perform reads the row afresh under its lock: an old copy cannot take a step twice."""
    stale = Review.objects.get(pk=path.review.pk)
    path.do("withdraw", path.lead, reason="不做了")

    with pytest.raises(Exception, match="已撤回"):
        perform(stale, "withdraw", by=path.lead, at=path.at, reason="不做了")


BY_ITSELF = sorted(
    (noun, name)
    for noun, model in nouns().items()
    for name, step in steps_of(model).items()
    if step.by == {CONSEQUENCE}
)


def test_consequence_steps_are_known() -> None:
    assert BY_ITSELF == [
        ("appeal", "open_review"),
        ("assessment", "adopt"),
        ("assessment", "drop"),
        ("assessment", "revive"),
        ("assessment", "supersede"),
        ("collaboration", "halt_again"),
        ("collaboration", "note_decision"),
        ("commitment", "void"),
        ("committee", "note_report"),
        ("complaint", "assign"),
        ("complaint", "close"),
        ("complaint", "go_along"),
        ("complaint", "reroute"),
        ("complaint", "supplement"),
        ("disclosure", "go_along"),
        ("disclosure", "publish"),
        ("disclosure", "supersede"),
        ("emergency_event", "run_out"),
        ("entrustment", "follow"),
        ("exemption", "lapse"),
        ("follow_up", "close"),
        ("follow_up", "decide_again"),
        ("follow_up", "fall_away"),
        ("follow_up", "fall_due"),
        ("follow_up", "send_back"),
        ("follow_up", "stop_overdue"),
        ("follow_up", "take_up"),
        ("foreign_approval", "confirm_alike"),
        ("foreign_approval", "drop"),
        ("foreign_approval", "enter_alike"),
        ("foreign_approval", "send_back_alike"),
        ("foreign_approval", "supersede"),
        ("mandate", "lapse"),
        ("mandate", "revoke_for_another"),
        ("participation", "call"),
        ("participation", "flag"),
        ("participation", "lapse"),
        ("participation", "note_decision"),
        ("participation", "open_part"),
        ("participation", "open_review"),
        ("project", "amend"),
        ("project", "approve"),
        ("project", "assess"),
        ("project", "change_lead"),
        ("project", "complete"),
        ("project", "confirm_anew"),
        ("project", "end_exemption"),
        ("project", "enter_review"),
        ("project", "exempt"),
        ("project", "expect_lead"),
        ("project", "leave_review"),
        ("project", "need_no_review"),
        ("project", "reject"),
        ("project", "reopen"),
        ("project", "resume"),
        ("project", "revive"),
        ("project", "suspend"),
        ("project", "terminate"),
        ("recheck", "cancel"),
        ("recheck", "take_general_time"),
        ("recheck_opinion", "release"),
        ("recognition", "expire"),
        ("recognition", "lapse"),
        ("recognition", "lose_source"),
        ("report", "close"),
        ("report", "decide_again"),
        ("review", "carry_lead"),
        ("review", "carry_over"),
        ("review", "conclude_by_recognition"),
        ("review", "convert_to_meeting"),
        ("review", "fall_away"),
        ("review", "give_way"),
        ("review", "open_change"),
        ("review", "opinions_complete"),
        ("review", "receive_lead_recheck"),
        ("review", "receive_recheck"),
        ("review", "set_aside"),
        ("review", "take_assessment"),
        ("review", "take_in"),
        ("sanction", "run_out"),
        ("sanction", "take_effect"),
        ("warning", "come_back"),
        ("warning", "ease"),
        ("warning", "renew"),
        ("warning", "worsen"),
    ]


def test_consequence_is_taken_by_nobody_by_hand(path: Case) -> None:
    """The step table tries each of them with everybody; here, that what is asked is the permission."""
    steps = [("project", path.project), ("assessment", path.assessment), ("review", path.review)]
    tried = [(obj, name) for noun, obj in steps for kind, name in BY_ITSELF if kind == noun]

    for obj, name in tried:
        for person in (path.lead, path.secretary, path.chair):
            with pytest.raises(NotPermitted):
                perform(obj, name, by=person, at=path.at)
    assert len(tried) > len(steps)


def test_system_takes_consequences_alone(path: Case) -> None:
    with pytest.raises(NotPermitted):
        perform(path.review, "decline", by=SYSTEM, at=path.at, reason="x")

    perform(path.project, "leave_review", by=SYSTEM, at=path.at)

    entry = Entry.objects.order_by("-pk").first()
    assert (entry.step, entry.actor_kind, entry.actor_name) == ("leave_review", "system", "系统")
