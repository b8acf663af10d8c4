"""The emergency procedure: who accepts, what must be ready, the one clock in hours, and the way back to the general."""

from datetime import UTC, datetime, timedelta

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from ethicsreview.notices.models import Delivery, Notice
from reviews.models import EmergencyEvent, Review
from reviews.models.emergencies.lapsing import lapse_pending
from tests.reviews.builders import PASSWORD, case, refused
from tests.reviews.emergencies import GROUND, URGENT, event, make_ready, regulator_of, urgent
from tests.reviews.rules.answers import SURVEY

pytestmark = pytest.mark.django_db


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


# --- acceptance ---------------------------------------------------------------------------------------------------


def test_acceptance_names_the_event_and_starts_one_clock_in_hours():
    path = urgent().accepted()

    review, clock = path.review, path.clock()
    assert (review.state, review.procedure, review.event, review.tier) == ("accepted", "emergency", path.event, 1)
    assert (clock.unit, clock.length, clock.citation) == ("hours", 72, "national:36")
    assert clock.due_at == review.accepted_at + hours(72)
    assert review.next_due_at == clock.due_at
    assert not clock.by_day
    assert not Deadline.objects.of(review).open().exclude(kind="review.decision").exists()


@pytest.mark.parametrize(("tier", "length"), [(1, 72), (2, 48), (3, 24)])
def test_tier_has_its_hours(tier, length):
    path = urgent().accepted(tier=tier)

    assert path.clock().due_at == path.review.accepted_at + hours(length)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR])
def test_whoever_is_at_hand_accepts(role):
    path = urgent().submitted()
    seat = path.committee.memberships.get(appointment__role=role)

    given = {"event": path.event.ref, "tier": 2, "procedure_ground": GROUND, "listed": "no"}
    assert path.do("accept_urgently", seat.person, **given).procedure == "emergency"


def test_a_member_and_the_lead_do_not_accept():
    path = urgent().submitted()

    for who in (path.members[4], path.lead):
        with pytest.raises(NotPermitted):
            path.do("accept_urgently", who)


def test_nobody_is_asked_where_no_urgency_is_claimed():
    path = case().submitted()
    make_ready(path.committee, at=path.at)
    event(at=path.at)

    assert "accept_urgently" not in {view.name for view in open_steps(path.review, path.secretary, at=path.at)}


def test_a_committee_that_is_not_ready_is_told_all_that_is_missing():
    path = urgent(ready=False).submitted()

    assert refused(path, "accept_urgently", path.secretary) == {
        "emergency_process_missing": "national:35",
        "emergency_sop_missing": "national:35",
        "emergency_training": "national:35",
        "emergency_roster": "service",
    }


def test_a_drill_that_is_too_long_ago_no_longer_counts():
    path = urgent()
    path.at += timedelta(days=400)
    path.submitted()

    assert refused(path, "accept_urgently", path.secretary)["emergency_training"] == "national:35"


def test_without_an_event_in_force_nothing_is_urgent():
    path = urgent().submitted()
    perform(path.event, "end", by=regulator_of(path.event), at=path.at, reason="疫情结束")

    assert refused(path, "accept_urgently", path.secretary) == {"no_event": "national:36"}


def test_an_event_elsewhere_does_not_count():
    path = urgent(region="370100")
    EmergencyEvent.objects.filter(pk=path.event.pk).update(territory="3702", region="370200")
    path.submitted()

    assert refused(path, "accept_urgently", path.secretary) == {"no_event": "national:36"}


def test_an_event_that_has_run_out_does_not_count_before_the_clock_came_by():
    path = urgent().submitted()
    EmergencyEvent.objects.filter(pk=path.event.pk).update(until=path.at.date() - timedelta(days=1))

    assert refused(path, "accept_urgently", path.secretary) == {"no_event": "national:36"}


def test_the_ordinary_acceptance_does_not_offer_it():
    path = urgent().submitted()

    with pytest.raises(InvalidInput) as wrong:
        path.do("accept", path.secretary, procedure="emergency", procedure_ground="紧急", listed="no")
    assert list(wrong.value.errors) == ["procedure"]


def test_what_is_claimed_urgent_may_still_take_the_general_procedure():
    path = urgent().submitted()

    path.do("accept", path.secretary, procedure="general", procedure_ground="并不紧急", listed="no")

    assert path.review.procedure == "general"
    assert path.clock().unit == "days"


# --- triage -------------------------------------------------------------------------------------------------------


def test_what_is_claimed_urgent_is_judged_within_hours():
    path = urgent().submitted()

    triage = path.clock("review.triage")
    assert triage.due_at == path.review.submitted_at + hours(2)
    assert path.review.next_due_at == triage.due_at
    path.do("accept_urgently", path.chair, event=path.event.ref, tier=1, procedure_ground=GROUND, listed="no")
    assert Deadline.objects.get(object_ref=path.review.ref, kind="review.triage").outcome == "met"


def test_without_an_emergency_a_claim_starts_no_clock():
    path = case(answers=SURVEY | URGENT).submitted()

    assert not Deadline.objects.of(path.review).exists()


def test_found_wanting_the_time_to_judge_stands_still_until_it_is_complete():
    path = urgent().submitted()
    due = path.clock("review.triage").due_at
    path.do("request_supplement", path.secretary, item__purpose="请写明目的")
    asked_at, stood = path.at, path.clock("review.triage")

    path.at += hours(5)
    path.do("resubmit", path.lead, answer__1="已写明", agree=True, signature=path.lead.name)

    assert (stood.paused_at, stood.next_at) == (asked_at, None)
    assert path.clock("review.triage").due_at == due + (path.at - asked_at)
    assert [row.kind for row in Deadline.objects.of(path.review).open()] == ["review.triage"]


@pytest.mark.parametrize(
    ("step", "terms"),
    [
        ("accept", {"procedure": "general", "procedure_ground": "不紧急", "listed": "no"}),
        ("decline", {"reason": "不属于本委员会"}),
    ],
)
def test_judged_either_way_the_question_is_closed(step, terms):
    path = urgent().submitted()

    path.do(step, path.secretary, **terms)

    assert not Deadline.objects.of(path.review).open().filter(kind="review.triage").exists()


# --- the clock ----------------------------------------------------------------------------------------------------

NEW_YEARS_EVE = datetime(2026, 12, 31, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
SPRING_FESTIVAL = datetime(2026, 2, 16, 10, 0, tzinfo=UTC)  # the eve, 18:00 in Shanghai


@pytest.mark.parametrize("begins", [NEW_YEARS_EVE, SPRING_FESTIVAL])
def test_hours_run_through_the_night_and_the_holidays(begins):
    path = urgent(at=begins).accepted()

    assert path.clock().due_at - path.review.accepted_at == hours(72)


def test_reminders_and_escalation_come_at_night():
    path = urgent(at=NEW_YEARS_EVE).accepted(tier=3)
    due = path.clock().due_at

    for before in (6, 1):
        sweep(due - hours(before))
    reminded = Notice.objects.filter(key="deadline.reminder", person=path.secretary)
    assert reminded.count() == 2
    assert all(notice.urgent for notice in reminded)
    sweep(due)
    assert Notice.objects.filter(key="deadline.breach", person=path.secretary, urgent=True).exists()
    assert Notice.objects.filter(key="deadline.escalation", person=path.chair, urgent=True).exists()
    # It is half past ten at night on New Year's Day; a letter is not held back until the office opens.
    assert Delivery.objects.to_try(due).filter(notice__key="deadline.escalation").exists()


def test_extension_states_a_minute_and_a_reason():
    path = urgent().accepted()
    due = path.clock().due_at

    with pytest.raises(InvalidInput):
        path.do("extend", path.chair, until=due - hours(1), reason="等待补充数据")
    path.do("extend", path.chair, until=due + hours(12), reason="等待补充数据")

    assert path.clock().due_at == (due + hours(12)).replace(microsecond=path.clock().due_at.microsecond)
    assert path.clock().history[-1]["reason"] == "等待补充数据"


def test_a_revision_runs_by_hours_again():
    path = urgent().concluded(*["revision_required"] * 7, requirements="补充样本量依据")
    assert not path.review.clock_runs()

    path.fill(path.review.draft_submission)
    asked = {f"answer__{one.number}": "已补充" for one in path.review.open_requests()}
    path.do("resubmit_revision", path.lead, agree=True, signature=path.lead.name, **asked)

    assert path.clock().due_at == path.at + hours(72)


# --- the decision and what follows --------------------------------------------------------------------------------


def test_a_decision_keeps_the_event_and_the_follow_up_is_earlier():
    path = urgent().concluded()

    decision = path.review.decision
    assert path.review.state == "approved"
    assert decision.emergency["event"] == path.event.ref
    assert (decision.emergency["tier"], decision.emergency["hours"]) == (1, 72)
    assert {"national:36", "national:37", "national:38", "national:14"} <= {one["cite"] for one in decision.grounds}
    assert "review.decision_days" not in {one["key"] for one in decision.grounds}
    general = case(answers=SURVEY).concluded().review.decision
    assert decision.follow_up_due < general.follow_up_due
    assert general.emergency == {}


def test_a_longer_interval_is_refused_and_what_was_typed_is_kept():
    path = urgent().voted()

    with pytest.raises(InvalidInput) as wrong:
        path.do("conclude", path.chair, password=PASSWORD, follow_up_months=4)
    assert "3" in wrong.value.errors["follow_up_months"][0]


def test_the_letter_names_the_procedure_the_event_and_the_guidance():
    from reviews.models.reviewing.lettering import letter_content

    content = letter_content(urgent().concluded().review.decision)

    assert "应急程序（会议审查）" in content["procedure"]
    assert "某呼吸道传染病疫情" in content["procedure"]
    assert any("加强跟踪审查" in notice["text"] for notice in content["notices"])
    assert content["follow_up"]["interval"] == "首次自决定之日起3个月内"


# --- back to the general procedure --------------------------------------------------------------------------------


def test_the_chair_lets_it_become_general_and_thirty_days_run_from_acceptance():
    path = urgent().in_review()
    accepted_at = path.review.accepted_at
    path.at += hours(20)

    path.do("leave_emergency", path.chair, reason="疫情已得到控制")

    clock = path.clock()
    assert (path.review.procedure, path.review.state) == ("general", "in_review")
    assert path.review.lapse["reason"] == "疫情已得到控制"
    assert (clock.unit, clock.length) == ("days", 30)
    assert timedelta(days=30) <= clock.due_at - accepted_at < timedelta(days=31)
    assert path.review.event == path.event


def test_it_never_goes_back():
    path = urgent().in_review()
    path.do("leave_emergency", path.chair, reason="疫情已得到控制")

    shut = {view.name for view in open_steps(path.review, path.chair, at=path.at, every=True)}
    assert not shut & {"leave_emergency", "accept_urgently", "extend_urgent"}
    with pytest.raises(NotPermitted):
        path.do("leave_emergency", path.chair, reason="再转")


def test_a_secretary_alone_does_not_decide_that_urgency_is_over():
    path = urgent().in_review()

    with pytest.raises(NotPermitted):
        path.do("leave_emergency", path.secretary, reason="疫情已得到控制")


def test_when_the_event_ends_its_reviews_go_on_in_the_general_procedure():
    path = urgent().in_review()
    perform(path.event, "end", by=regulator_of(path.event), at=path.at, reason="疫情结束")

    assert lapse_pending(path.at) == 1
    assert lapse_pending(path.at) == 0

    review = Review.objects.get(pk=path.review.pk)
    assert review.procedure == "general"
    assert "疫情结束" in review.lapse["reason"]
    path.review = review
    assert path.clock().unit == "days"
    assert Notice.objects.filter(key="review.leave_emergency", person=path.lead).exists()


def test_an_event_runs_out_by_its_date():
    path = urgent().in_review()
    EmergencyEvent.objects.filter(pk=path.event.pk).update(until=path.at.date())

    assert lapse_pending(path.at + timedelta(days=2)) == 1
    assert EmergencyEvent.objects.get(pk=path.event.pk).state == "ended"


def test_what_was_decided_stays_as_it_was():
    path = urgent().concluded()
    perform(path.event, "end", by=regulator_of(path.event), at=path.at, reason="疫情结束")

    assert lapse_pending(path.at) == 0
    assert Review.objects.get(pk=path.review.pk).procedure == "emergency"


def test_withdrawing_stops_every_clock():
    path = urgent().in_review()

    path.do("withdraw", path.lead, reason="不再需要")

    assert not Deadline.objects.of(path.review).open().exists()


def test_answers_alone_make_nothing_urgent():
    path = case(answers=SURVEY | URGENT).submitted()

    assert refused(path, "accept_urgently", path.secretary)["no_event"] == "national:36"
