"""Indicators: each just below its threshold and on it; what an evaluation does with what it found before."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import FollowUp, IndicatorWatch, Project, RiskAssessment, RiskWarning
from reviews.models.warnings.kinds import Indicator
from reviews.oversight.warnings import evaluating
from reviews.oversight.warnings.evaluating import evaluate, evaluate_pending
from reviews.oversight.warnings.reading import watched_by
from tests.committees.builders import committee, holder
from tests.reviews import warnings_data as data
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.local_rules import local_rule
from tests.reviews.warnings import CHENGDU, Watching, watching

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Arrange = Callable[[Watching], object]


def nothing(_made: Watching) -> None:
    """What the builder has made is not enough."""


def ends_in(days: int) -> Arrange:
    return lambda made: Project.objects.filter(pk=made.path.project.pk).update(ends_on=law_day(made.at + days * DAY))


# For each indicator: what stays below the lowest threshold, what more reaches it, and the number and level it then has.
CASES: dict[Indicator, tuple[Arrange, Arrange, int, str]] = {
    Indicator.LATE_FOLLOW_UPS: (
        lambda made: data.late_follow_ups(made, 1, due=made.at),
        lambda made: data.late_follow_ups(made, 1),
        1,
        "notice",
    ),
    Indicator.LATE_DEADLINES: (
        lambda made: data.deadlines(made, 1, due=made.at + timedelta(minutes=1)),
        lambda made: data.deadlines(made, 5, due=made.at),
        5,
        "attention",
    ),
    Indicator.LATE_EMERGENCIES: (
        lambda made: data.deadlines(made, 3, due=made.at),
        lambda made: data.deadlines(made, 3, due=made.at, unit="hours"),
        3,
        "serious",
    ),
    Indicator.URGENT_SHARE: (
        lambda made: (data.accepted(made, 11), data.accepted(made, 2, urgent=True)),
        lambda made: data.accepted(made, 1, urgent=True),
        20,
        "notice",
    ),
    Indicator.UNFIT_COMMITTEE: (data.unfit, lambda made: data.in_hand(made, 1), 1, "notice"),
    Indicator.NO_DISSENT: (
        lambda made: (data.voted(made, 18), data.voted(made, 1, agreed=False), data.voted(made, 1, agreed=False)),
        lambda made: data.voted(made, 20),
        95,
        "notice",
    ),
    Indicator.ATTENDANCE: (
        lambda made: data.attended(made, present=3, absent=2),
        lambda made: data.attended(made, present=0, absent=1),
        1,
        "notice",
    ),
    Indicator.BURSTS: (
        lambda made: (data.submitted(made, 8, at=made.at), data.submitted(made, 23, at=made.at - 20 * DAY)),
        lambda made: data.submitted(made, 1, at=made.at),
        347,
        "notice",
    ),
    Indicator.ADVERSE_EVENT_RATE: (
        lambda made: (data.running(made, 25), data.adverse_events(made, 5)),
        lambda made: data.adverse_events(made, 1),
        23,
        "notice",
    ),
    Indicator.ADVERSE_EVENTS: (
        lambda made: data.adverse_events(made, 2),
        lambda made: data.adverse_events(made, 1),
        3,
        "notice",
    ),
    Indicator.SUSPENSIONS: (
        lambda made: data.suspended(made, 1, first=2),
        lambda made: data.suspended(made, 1, first=3),
        2,
        "notice",
    ),
    Indicator.RESUBMISSIONS: (
        lambda made: data.handed_in(made, 2),
        lambda made: data.handed_in(made, 1),
        4,
        "notice",
    ),
    Indicator.EARLY_STARTS: (
        lambda made: data.waiting(made, starts=made.at),
        lambda made: data.waiting(made, starts=made.at - DAY),
        1,
        "notice",
    ),
    Indicator.EXPIRING: (ends_in(61), ends_in(60), 60, "notice"),
}


def test_every_indicator_is_tried() -> None:
    assert set(CASES) == set(Indicator)


@pytest.mark.parametrize("indicator", list(Indicator))
def test_below_the_threshold_nothing_is_raised_and_on_it_one(indicator: Indicator) -> None:
    below, more, value, level = CASES[indicator]
    made = watching()
    below(made)
    made.evaluate(indicator)
    before = made.warnings(indicator)

    more(made)
    done = made.evaluate(indicator)
    made.evaluate(indicator)

    assert before == []
    (warning,) = made.warnings(indicator)
    assert (warning.value, warning.level, warning.state) == (value, level, "raised")
    assert (done.over, done.raised, warning.found_times) == (1, 1, 1)
    assert (warning.authority, warning.region) == (made.authority, CHENGDU)
    assert warning.committee == made.path.committee or warning.institution == made.path.project.institution


def test_share_of_too_few_is_said_of_nobody() -> None:
    made = watching()
    data.accepted(made, 6)
    data.accepted(made, 2, urgent=True)

    made.evaluate(Indicator.URGENT_SHARE)

    assert made.warnings(Indicator.URGENT_SHARE) == []


def test_activity_without_high_risk_is_not_watched_by_itself() -> None:
    made = watching()
    data.adverse_events(made, 5)
    RiskAssessment.objects.filter(project=made.path.project).update(high_risk=False)

    made.evaluate(Indicator.ADVERSE_EVENTS)

    assert made.warnings(Indicator.ADVERSE_EVENTS) == []


def test_evidence_names_what_was_counted_and_never_whose_vote() -> None:
    made = watching()
    data.late_follow_ups(made, 2)
    data.attended(made, present=1, absent=4)
    data.voted(made, 24)
    for indicator in (Indicator.LATE_FOLLOW_UPS, Indicator.ATTENDANCE, Indicator.NO_DISSENT):
        made.evaluate(indicator)

    late, seldom, agreed = (
        made.warnings(one)[0].findings.get()
        for one in (Indicator.LATE_FOLLOW_UPS, Indicator.ATTENDANCE, Indicator.NO_DISSENT)
    )

    assert [(row["noun"], row["day"]) for row in late.rows] == [("follow_up", law_day(made.at - DAY).isoformat())] * 2
    assert [(row["noun"], row["number"]) for row in seldom.rows] == [("person", 20)]
    assert (agreed.rows, agreed.parts) == ([], {"decided": 25, "unanimous": 25})
    assert agreed.terms == {"thresholds": [95, 98, 100], "days": 180, "least": 20}
    raised = Entry.objects.get(object_ref=late.warning.ref, step="create")
    assert raised.actor_kind == "system"


# --- one evaluation after the other -------------------------------------------------------------------------------


def test_open_warning_is_renewed_and_worsens_and_is_never_two() -> None:
    made = watching()
    data.late_follow_ups(made, 1)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    (warning,) = made.warnings(Indicator.LATE_FOLLOW_UPS)
    first = Deadline.objects.get(object_ref=warning.ref, closed_at=None).due_at

    data.late_follow_ups(made, 1)
    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=1)
    renewed = RiskWarning.objects.get()
    data.late_follow_ups(made, 8)
    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=1)
    worse = RiskWarning.objects.get()

    assert (renewed.value, renewed.level, renewed.found_times) == (2, "notice", 2)
    assert (worse.value, worse.level, worse.found_times, worse.state) == (10, "serious", 3, "raised")
    assert [len(one.rows) for one in worse.findings.order_by("number")] == [1, 2, 10]
    # Ten days for a notice, one for what is serious.
    assert Deadline.objects.get(object_ref=warning.ref, closed_at=None).due_at < first
    told = Notice.objects.filter(object_ref=warning.ref, person=made.watcher).order_by("pk")
    assert list(told.values_list("key", flat=True)) == ["warning.create", "warning.worsen"]


def test_what_is_settled_rests_and_comes_back_when_worse_or_after_its_rest() -> None:
    made = watching()
    data.late_follow_ups(made, 1)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    (warning,) = made.warnings(Indicator.LATE_FOLLOW_UPS)
    made.take(warning, "dismiss", grounds="已核实，系统外已报告")

    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=89)
    resting = RiskWarning.objects.get()
    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=2)
    rested = RiskWarning.objects.get()
    made.take(made.take(rested, "acknowledge", note=""), "close", grounds="已督促报告")
    data.late_follow_ups(made, 3)
    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=1)
    worse = RiskWarning.objects.get()

    assert (resting.state, rested.state) == ("ruled_out", "raised")
    assert (worse.state, worse.level, worse.settled_at) == ("raised", "attention", None)
    assert Deadline.objects.get(object_ref=warning.ref, closed_at=None).kind == "warning.acknowledge"


def test_what_had_gone_and_is_there_again_is_a_new_warning() -> None:
    made = watching()
    data.late_follow_ups(made, 1)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    (first,) = made.warnings(Indicator.LATE_FOLLOW_UPS)
    FollowUp.objects.filter(project=made.path.project).update(due_on=law_day(made.at) + 30 * DAY)
    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=1)
    eased = RiskWarning.objects.get()
    made.take(made.take(eased, "acknowledge", note=""), "close", grounds="已报告")

    made.evaluate(Indicator.LATE_FOLLOW_UPS, days=40)
    again = made.warnings(Indicator.LATE_FOLLOW_UPS)[-1]

    assert (eased.state, eased.eased_at is not None) == ("raised", True)  # only people settle it
    assert (again.state, again.previous, again.value) == ("raised", first, 2)
    with pytest.raises(Refused) as caught:
        made.take(first, "reopen", reason="再查")
    assert {one.code for one in caught.value.refusals} == {"open_already"}


def test_day_is_evaluated_once_and_goes_on_where_it_was_stopped() -> None:
    made = watching()
    other = committee(7, CHENGDU, at=made.at)
    data.deadlines(made, 1, due=made.at)
    data.deadlines(made, 1, due=made.at, body=other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluating, "BATCH", 1)
        stopped = evaluate(Indicator.LATE_DEADLINES, made.place, made.at, ends=0.0)
        progress = IndicatorWatch.objects.get(indicator=Indicator.LATE_DEADLINES, place=made.place)
        went_on = evaluate(Indicator.LATE_DEADLINES, made.place, made.at)
    data.late_follow_ups(made, 1)
    evaluate(Indicator.LATE_FOLLOW_UPS, made.place, made.at)
    data.late_follow_ups(made, 5)
    idle = evaluate(Indicator.LATE_FOLLOW_UPS, made.place, made.at)

    assert (stopped.raised, progress.done, progress.cursor) == (1, False, min(made.path.committee.pk, other.pk))
    assert (went_on.raised, RiskWarning.objects.filter(indicator=Indicator.LATE_DEADLINES).count()) == (1, 2)
    assert (idle.over, RiskWarning.objects.get(indicator=Indicator.LATE_FOLLOW_UPS).value) == (0, 1)


def test_indicator_that_is_off_raises_nothing_and_says_why() -> None:
    made = watching()
    data.late_follow_ups(made, 3)
    with pytest.MonkeyPatch.context() as patch:
        local_rule(patch, "warning.late_follow_ups_on", value=False, region="51", note="由市级平台监测")
        made.evaluate(Indicator.LATE_FOLLOW_UPS)
        (place,) = watched_by(standing_of(made.watcher, made.at), made.at)

    told = {one.indicator: one for one in place.indicators}
    off = told[Indicator.LATE_FOLLOW_UPS]
    assert set(told) == set(Indicator)  # none is left out
    assert (off.rule.terms.on, off.rule.reason, off.progress.on) == (False, "由市级平台监测", False)
    assert (told[Indicator.BURSTS].rule.terms.on, told[Indicator.BURSTS].progress) == (True, None)
    assert RiskWarning.objects.count() == 0


def test_an_indicator_that_fails_is_told_to_operators_and_shown_until_it_succeeds(signed_in) -> None:
    made = watching()
    operator = holder(Role.OPERATOR, made.path.committee.institution)
    data.late_follow_ups(made, 1)

    def progress() -> IndicatorWatch:
        return IndicatorWatch.objects.get(indicator=Indicator.LATE_FOLLOW_UPS, place=made.place)

    def page() -> str:
        return text(signed_in(operator).get(address("indicators")))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluating, "policy_of", lambda *_given: 1 / 0)
        for hours in (0, 1):
            evaluate(Indicator.LATE_FOLLOW_UPS, made.place, made.at + timedelta(hours=hours))
    told = operator.notices.get()
    failed, shown = progress(), page()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluating, "raise_warning", lambda *_given, **_terms: 1 / 0)
        unwritten = evaluate(Indicator.LATE_FOLLOW_UPS, made.place, made.at + timedelta(hours=2))
    with_unwritten = page()
    evaluate(Indicator.LATE_FOLLOW_UPS, made.place, made.at + timedelta(days=1))

    assert (told.key, "随访" in told.subject or "跟踪" in told.subject) == ("warning.not_evaluated", True)
    assert (failed.done, failed.failed_at) == (False, made.at + timedelta(hours=1))
    assert "评估出错" in shown
    assert (unwritten.unwritten, "1件预警没有写入" in with_unwritten) == (1, True)
    assert (progress().failed_at, progress().unwritten, progress().done) == (None, 0, True)
    assert "评估出错" not in page()


def test_every_evaluation_costs_the_same_for_few_cases_and_many() -> None:
    made = watching()
    data.late_follow_ups(made, 1)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    with queries() as few:
        made.evaluate(Indicator.LATE_FOLLOW_UPS)
    data.late_follow_ups(made, 1)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    data.accepted(made, 30)
    with queries() as many:
        made.evaluate(Indicator.LATE_FOLLOW_UPS)

    assert len(many) == len(few) <= 25


def test_pending_evaluates_every_indicator_of_every_place(capsys: pytest.CaptureFixture[str]) -> None:
    made = watching()
    data.late_follow_ups(made, 1)

    evaluate_pending(made.at)
    call_command("warnings", "evaluate", "--again", "--indicator", "late_follow_ups")

    rows = IndicatorWatch.objects.filter(place=made.place, done=True)
    assert {row.indicator for row in rows} == set(Indicator.values)
    assert "late_follow_ups" in capsys.readouterr().out
    assert RiskWarning.objects.filter(indicator=Indicator.LATE_FOLLOW_UPS).count() == 1
