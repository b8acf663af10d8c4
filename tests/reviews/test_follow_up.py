"""Follow-ups: they fall due by themselves, are reported, and what the letter and the next day say after them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from ethicsreview.deadlines.calendar import add_months
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from ethicsreview.lifecycle.timely import take_timely
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Decision, FollowUp, Review
from reviews.models.reviewing.lettering import issue_pending
from reviews.models.reviewing.verifying import standing_of_letter
from tests.reviews.builders import PASSWORD, Case, codes, signing
from tests.reviews.following import (
    GENERAL,
    answers,
    approved,
    decided,
    due,
    latest,
    noon,
    reported,
    state_of,
    step,
)
from tests.reviews.recheck_builders import Listed, listed

pytestmark = pytest.mark.django_db


def told(path: Case, found: FollowUp) -> dict[str, Any]:
    return answers(found.asked(found.policy_at(path.at)), path.at.date())


# --- falling due --------------------------------------------------------------------------------------------------


def test_a_follow_up_falls_due_by_the_coming_of_its_day_and_only_once() -> None:
    path = approved()
    coming = latest(path)
    assert (coming.state, coming.due_on) == ("scheduled", date(2027, 3, 2))

    early = path.at.replace(year=2027, month=1, day=30)
    assert take_timely(early) == 0
    assert take_timely(early + timedelta(days=1)) == 1
    assert take_timely(early + timedelta(days=1)) == 0

    coming.refresh_from_db()
    entry = Entry.objects.get(object_kind="follow_up", step="fall_due")
    assert (coming.state, entry.actor_kind, coming.report_from) == ("due", "system", date(2027, 1, 31))
    assert Notice.objects.filter(key="follow_up.fall_due", person=path.lead).count() == 1


def test_days_that_were_missed_are_caught_up() -> None:
    path = approved()

    assert take_timely(path.at + timedelta(days=900)) == 1
    assert latest(path).state == "due"


def test_nobody_brings_the_day_about_by_hand() -> None:
    path = approved()

    for person in (path.lead, path.secretary, path.chair):
        with pytest.raises(NotPermitted):
            perform(latest(path), "fall_due", by=person, at=path.at + timedelta(days=900))


def test_a_bad_row_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = approved(), approved()
    held = latest(first).pk
    kept = FollowUp.fall_due

    def struck(self: FollowUp, act: Any) -> None:
        if self.pk == held:
            raise RuntimeError("planted")
        kept(self, act)

    struck.step = kept.step  # type: ignore[attr-defined]
    monkeypatch.setattr(FollowUp, "fall_due", struck)

    assert take_timely(first.at + timedelta(days=900)) == 1
    assert (latest(first).state, latest(second).state) == ("scheduled", "due")


# --- reporting ----------------------------------------------------------------------------------------------------


def test_a_report_is_sealed_meets_the_deadline_and_comes_before_the_first_committee() -> None:
    path = approved()
    first = path.review
    found = reported(path, head__execution="按方案执行")

    assert (found.state, found.filed_by, found.answers["head__execution"]) == ("reported", path.lead, "按方案执行")
    deadline = Deadline.objects.get(object_ref=found.ref, kind="follow_up.report")
    assert (deadline.outcome, deadline.breached_at) == ("met", None)
    review = path.review
    assert (review.kind, review.state, review.committee) == ("follow_up", "submitted", first.committee)
    assert review.submission.content["answers"] == found.answers
    assert review.submission.intact()


def test_before_its_day_nothing_is_reported_and_only_the_lead_reports() -> None:
    path = approved()
    early = latest(path)
    with pytest.raises(Refused) as caught:
        perform(early, "report", by=path.lead, at=path.at, **told(path, early))
    assert codes(caught) == {"state"}

    found = due(path)
    for person in (path.secretary, path.chair):
        with pytest.raises(NotPermitted):
            perform(found, "report", by=person, at=path.at)


def test_all_that_is_wanting_is_told_at_once() -> None:
    path = approved()
    found = due(path)

    with pytest.raises(InvalidInput) as caught:
        perform(found, "report", by=path.lead, at=path.at, planned=-1)

    assert {
        "head__execution",
        "head__risk_control",
        "planned",
        "enrolled",
        "major_change",
    } <= caught.value.errors.keys()
    assert "head__other" not in caught.value.errors


def test_a_report_that_is_late_says_so_for_ever() -> None:
    path = approved()
    found = due(path)
    path.at += timedelta(days=60)

    found = perform(found, "report", by=path.lead, at=path.at, **told(path, found))

    assert Deadline.objects.get(object_ref=found.ref, kind="follow_up.report").breached_at is not None


def test_a_report_that_is_not_complete_goes_back_and_its_day_stays() -> None:
    path = approved()
    found = reported(path)

    path.do("decline", path.secretary, reason="未说明退出的原因")

    found.refresh_from_db()
    assert (found.state, path.review.state, state_of(path)) == ("due", "declined", "approved")
    [open_] = Deadline.objects.of(found).open()
    assert open_.last_day == found.due_on
    again = step(path, found, "report", path.lead, **told(path, found))
    assert again.proceeding.pk != path.review.pk


def test_it_can_neither_be_withdrawn_nor_supplemented() -> None:
    path = approved()
    reported(path)

    for name, person, terms in (
        ("withdraw", path.lead, {"reason": "不想做"}),
        ("request_supplement", path.secretary, {}),
    ):
        with pytest.raises(Refused) as caught:
            path.do(name, person, **terms)
        assert codes(caught) & {"owed", "no_application"}


# --- what a letter says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "valid", "stopped"),
    [("continued", True, ""), ("suspended", False, "suspended"), ("terminated", False, "terminated")],
)
def test_the_page_behind_the_first_letter_says_what_the_activity_has_come_to(
    verdict: str, valid: bool, stopped: str
) -> None:
    path = approved()
    reported(path)
    decided(path, verdict)
    issue_pending(path.at)

    first = Letter.objects.get(number=Decision.objects.get(review__kind="initial").number)
    found = standing_of_letter(first.code, path.at)
    assert found is not None
    assert (found.valid, found.stopped) == (valid, stopped)
    own = Letter.objects.get(number=path.review.decisions.get().number)
    assert standing_of_letter(own.code, path.at).genuine  # type: ignore[union-attr]


# --- sooner -------------------------------------------------------------------------------------------------------


def test_the_committee_may_bring_it_forward_and_never_put_it_off() -> None:
    path = approved()
    found = latest(path)
    with pytest.raises(InvalidInput):
        step(path, found, "bring_forward", path.secretary, due_on="2027-03-03", reason="风险上升")

    found = step(path, found, "bring_forward", path.secretary, due_on="2026-09-01", reason="风险上升")

    [open_] = Deadline.objects.of(found).open()
    assert (found.due_on, found.report_from, open_.last_day) == (date(2026, 9, 1), date(2026, 8, 2), date(2026, 9, 1))
    with pytest.raises(NotPermitted):
        step(path, found, "bring_forward", path.lead, due_on="2026-08-01", reason="x")


def rechecked() -> Listed:
    path = listed(at=noon(2026, 3, 2)).passed().delivered()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    return path


def test_a_listed_activity_is_followed_up_within_six_months_again_and_again() -> None:
    path = rechecked()
    first = latest(path)
    assert first.due_on == add_months(path.at.astimezone().date(), 6)
    reported(path)
    assert path.review.listed
    decided(path, "continued")

    assert latest(path).due_on == add_months(path.review.concluded_at.astimezone().date(), 6)


def test_a_listed_activity_reviewed_again_needs_its_recheck_again() -> None:
    path = rechecked()
    reported(path)
    decided(path, "rereview_required")
    path.review = Review.objects.get(kind="rereview")
    path.do("submit", path.lead, **signing(path.lead))
    path.do("accept", path.secretary, **GENERAL, listed="yes", listed_items=["invasive_bci"])
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    assert (path.review.state, state_of(path)) == ("preliminarily_passed", "suspended")


# --- several ticks at once ----------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_ticks_at_once_take_each_step_once() -> None:
    path = approved()
    later = path.at + timedelta(days=900)
    together = Barrier(6)

    def tick() -> int:
        try:
            connection.ensure_connection()
            together.wait(60)
            return take_timely(later)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        taken = [one.result() for one in [pool.submit(tick) for _number in range(6)]]

    assert sum(taken) == 1
    assert latest(path).state == "due"
    assert Entry.objects.filter(step="fall_due").count() == 1
    assert Notice.objects.filter(key="follow_up.fall_due").count() == 1
