"""A listed activity in an emergency: one clock for the committee and the panel (Measures 36)."""

from datetime import timedelta

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from reviews.models import Recheck, Review
from reviews.models.emergencies.lapsing import lapse_pending
from tests.reviews.builders import PASSWORD
from tests.reviews.emergencies import UrgentListed, regulator_of, urgent_listed
from tests.reviews.recheck_builders import LISTED

pytestmark = pytest.mark.django_db


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def clocks(path: UrgentListed) -> dict[str, Deadline]:
    return {row.kind: row for row in Deadline.objects.open().filter(subject_ref=path.project.ref)}


def test_the_committee_ends_early_enough_for_the_panel():
    path = urgent_listed().accepted(**LISTED)

    accepted_at, running = path.review.accepted_at, clocks(path)
    assert running["review.decision"].due_at == accepted_at + hours(72)
    assert running["review.preliminary"].due_at == accepted_at + hours(48)
    assert running["review.preliminary"].unit == "hours"
    assert path.review.next_due_at == accepted_at + hours(48)


def test_determined_later_the_share_is_kept_from_then_on():
    path = urgent_listed().accepted(listed="no", listed_reason="初步认为不列入")
    assert set(clocks(path)) == {"review.decision"}

    path.do("determine_listing", path.chair, **LISTED)
    assert clocks(path)["review.preliminary"].due_at == path.review.accepted_at + hours(48)

    path.do("determine_listing", path.chair, listed="no", listed_reason="再次讨论，不列入")
    assert set(clocks(path)) == {"review.decision"}


def test_extended_the_panels_share_moves_along():
    path = urgent_listed().accepted(**LISTED)
    end = path.review.accepted_at + hours(84)

    path.do("extend", path.chair, until=end, reason="等待补充数据")

    assert clocks(path)["review.decision"].due_at == end
    assert clocks(path)["review.preliminary"].due_at == end - hours(24)


def test_the_one_clock_runs_on_through_the_recheck():
    path = urgent_listed().passed()
    end = path.review.accepted_at + hours(72)

    running = clocks(path)
    assert path.review.state == "preliminarily_passed"
    assert set(running) == {"review.decision", "review.refer"}
    assert running["review.decision"].due_at == end
    assert running["review.refer"].due_at == end - hours(24)


def test_the_panel_has_its_share_and_never_more_than_is_left():
    path = urgent_listed().passed().referred()
    assert path.recheck.due_at == path.recheck.requested_at + hours(24)
    assert clocks(path)["recheck.opinion"].unit == "hours"

    late = urgent_listed().passed()
    late.at = late.review.accepted_at + hours(60)
    late.referred()
    assert late.recheck.due_at == late.review.accepted_at + hours(72)


def test_experts_answer_and_speak_in_hours():
    path = urgent_listed().passed().referred().paneled()

    replies = Deadline.objects.open().filter(kind="recheck.reply")
    assert {row.due_at - row.started_at for row in replies} == {hours(4)}
    path.accept()
    casts = Deadline.objects.open().filter(kind="recheck.cast")
    assert {row.due_at for row in casts} == {path.recheck.due_at}
    assert {row.unit for row in casts} == {"hours"}


def test_the_whole_way_inside_seventy_two_hours():
    path = urgent_listed().passed().delivered()

    assert clocks(path)["review.conclude_by_recheck"].due_at == path.review.accepted_at + hours(72)
    with pytest.raises(InvalidInput):
        path.do("conclude_by_recheck", path.chair, password=PASSWORD, follow_up_months=6)
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)

    decision = path.review.decision
    assert path.review.state == "approved"
    assert decision.emergency["hours"] == 72
    assert decision.decided_at - path.review.accepted_at < hours(72)
    met = Deadline.objects.get(object_ref=path.review.ref, kind="review.decision")
    assert (met.outcome, met.breached_at) == ("met", None)
    # Half of the six months of a listed activity.
    assert (decision.follow_up_due - decision.decided_at.date()).days <= 92


def test_no_approval_without_the_recheck_however_urgent():
    path = urgent_listed().passed()
    path.referred()

    with pytest.raises(Refused) as shut:
        path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    assert [one.code for one in shut.value.refusals] == ["recheck_out"]


def test_the_panel_gets_more_time_only_from_the_committee():
    path = urgent_listed().passed().referred().paneled()
    end = path.review.accepted_at + hours(72)

    path.step("extend", until=end - hours(1), reason="等待补充材料")
    assert path.recheck.due_at == end - hours(1)
    with pytest.raises(InvalidInput) as wrong:
        path.step("extend", until=end + hours(6), reason="等待补充材料")
    assert "第三十六条" in wrong.value.errors["until"][0]
    path.do("extend_urgent", path.chair, until=end + hours(12), reason="专家需要补充材料")
    path.step("extend", until=end + hours(6), reason="等待补充材料")

    assert clocks(path)["recheck.opinion"].due_at == end + hours(6)


def test_after_a_modification_the_hours_run_anew_with_the_recheck_inside():
    path = urgent_listed().accepted(**LISTED)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*["modification_required"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, requirements="写明退出方式")
    assert not path.review.clock_runs()
    path.close()
    path.fill(path.review.draft_submission)
    asked = {f"answer__{one.number}": "已补充" for one in path.review.open_requests()}
    path.do("submit_modification", path.lead, agree=True, signature=path.lead.name, **asked)
    path.do("confirm_modification", path.secretary, password=PASSWORD)
    path.do("confirm_modification", path.chair, password=PASSWORD)

    assert path.review.state == "preliminarily_passed"
    assert clocks(path)["review.decision"].due_at == path.at + hours(72)
    assert clocks(path)["review.refer"].due_at == path.at + hours(48)


def test_left_by_its_emergency_each_has_the_general_time():
    path = urgent_listed().passed().referred().paneled()
    for expert in path.experts[:2]:
        path.seat_step(expert, "accept", interest="none", confidentiality=True, password=PASSWORD)
    requested_at = path.recheck.requested_at
    perform(path.event, "end", by=regulator_of(path.event), at=path.at, reason="疫情结束")

    assert lapse_pending(path.at) == 1

    review, recheck = Review.objects.get(pk=path.review.pk), Recheck.objects.get(pk=path.recheck.pk)
    assert (review.procedure, review.state) == ("general", "in_recheck")
    assert timedelta(days=30) <= recheck.due_at - requested_at < timedelta(days=31)
    running = clocks(path)
    assert running["recheck.opinion"].due_at == recheck.due_at
    assert {row.due_at for row in Deadline.objects.open().filter(kind="recheck.cast")} == {recheck.due_at}
    assert "review.decision" not in running


def test_left_before_the_unit_applied_it_has_its_days():
    path = urgent_listed().passed()

    path.do("leave_emergency", path.chair, reason="疫情已得到控制")

    refer = clocks(path)["review.refer"]
    assert refer.unit == "days"
    assert timedelta(days=10) <= refer.due_at - path.at < timedelta(days=11)
