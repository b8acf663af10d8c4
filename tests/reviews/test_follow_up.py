"""Follow-ups: they fall due by themselves, are reported, reviewed by vote, and move the project at once."""

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
from reviews.models import Decision, FollowUp, Project, Review
from reviews.models.projects.starting import gates
from reviews.models.reviewing.lettering import issue_pending, letter_content
from reviews.models.reviewing.verifying import standing_of_letter
from tests.reviews.builders import PASSWORD, Case, signing
from tests.reviews.following import (
    GENERAL,
    answers,
    approved,
    decided,
    due,
    human,
    latest,
    noon,
    reported,
    state_of,
    step,
)
from tests.reviews.recheck_builders import Listed, listed

pytestmark = pytest.mark.django_db


def codes(caught: Any) -> set[str]:
    return {refusal.code for refusal in caught.value.refusals}


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


# --- what the votes bring about -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "project", "more"),
    [("continued", "approved", 1), ("suspended", "suspended", 1), ("terminated", "terminated", 0)],
)
def test_the_votes_decide_and_the_project_moves_at_once(verdict: str, project: str, more: int) -> None:
    path = approved()
    found = reported(path)

    decided(path, verdict)

    found.refresh_from_db()
    [decision] = path.review.decisions.all()
    assert (path.review.state, found.state, decision.outcome) == ("concluded", verdict, verdict)
    assert decision.tally["votes"] == {
        kind: 7 if kind == verdict else 0 for kind in ("continued", "suspended", "terminated", "rereview_required")
    }
    assert state_of(path) == project
    outstanding = FollowUp.objects.filter(project=path.project).outstanding()
    assert outstanding.count() == more
    assert Deadline.objects.open().filter(object_kind="follow_up").count() == more
    assert gates(Project.objects.get(pk=path.project.pk), path.at).start.open is (project == "approved")


def test_the_next_is_due_twelve_months_after_the_decision_or_sooner_if_the_committee_says() -> None:
    path = approved()
    reported(path)
    decided(path, "continued", follow_up_months=3)

    day = path.review.decisions.get().decided_at.astimezone().date()
    coming = latest(path)
    assert (coming.number, coming.state) == (2, "scheduled")
    assert coming.due_on == path.review.decisions.get().follow_up_due
    assert (coming.due_on - day).days in range(89, 93)
    assert coming.review == FollowUp.objects.get(project=path.project, number=1).review


def test_the_committee_cannot_make_the_interval_longer_than_the_law() -> None:
    path = approved()
    reported(path)
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*["continued"] * 7)

    with pytest.raises(InvalidInput) as caught:
        path.do("conclude", path.chair, password=PASSWORD, follow_up_months=13)
    assert set(caught.value.errors) == {"follow_up_months"}


def test_words_of_an_application_are_no_votes_here() -> None:
    path = approved()
    reported(path)
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()

    with pytest.raises(InvalidInput) as caught:
        path.cast(path.members[0], "approved")
    assert set(caught.value.errors) == {"verdict"}


def test_a_divided_vote_concludes_nothing() -> None:
    path = approved()
    reported(path)
    path.do("accept", path.secretary, **GENERAL)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote("continued", "continued", "continued", "suspended", "suspended", "suspended", "terminated")

    with pytest.raises(Refused) as caught:
        path.do("conclude", path.chair, password=PASSWORD, reasons="意见不一")
    assert codes(caught) == {"votes"}


def test_whoever_is_suspended_is_told_why() -> None:
    path = approved()
    reported(path)
    decided(path, "suspended")

    told = Notice.objects.filter(key="project.suspend").values_list("person", flat=True)
    assert path.lead.pk in told


# --- the simplified procedure -------------------------------------------------------------------------------------


def simplified(path: Case, *verdicts: str) -> None:
    path.do("accept", path.secretary, procedure="simplified", procedure_ground="前期无重大变更")
    path.designate()
    for member, verdict in zip(path.members[-2:], verdicts, strict=True):
        path.cast(member, verdict)
    path.review.refresh_from_db()


def test_without_a_major_change_two_members_may_do_it() -> None:
    path = human()
    found = reported(path)
    simplified(path, "continued", "continued")
    path.do("conclude", path.chair, password=PASSWORD)

    found.refresh_from_db()
    assert (path.review.state, found.state, state_of(path)) == ("concluded", "continued", "approved")
    decision = path.review.decisions.get()
    assert (decision.basis, decision.outcome) == ("simplified", "continued")
    assert path.review.decisions.get().report.meeting is None
    issue_pending(path.at)
    letter = Letter.objects.get(number=decision.number)
    standing = standing_of_letter(letter.code, path.at)
    assert standing is not None
    told = letter_content(decision)
    assert (len(told["attending"]), told["outcome_label"]) == (2, "继续实施")
    # It is genuine, and by itself permits nothing: the approval does.
    assert (standing.genuine, standing.permits, standing.stopped) == (True, False, "")


def test_anything_but_going_on_takes_it_to_a_meeting() -> None:
    path = human()
    reported(path)
    path.do("accept", path.secretary, procedure="simplified", procedure_ground="前期无重大变更")
    path.designate()
    path.cast(path.members[-1], "suspended")
    path.review.refresh_from_db()

    assert (path.review.procedure, path.review.state) == ("general", "in_review")
    assert "negative" in [key for key, _cite in path.review.conversion["triggers"]]


def test_after_a_major_change_it_goes_to_a_meeting() -> None:
    path = human()
    reported(path, major_change="yes")

    with pytest.raises(InvalidInput) as caught:
        path.do("accept", path.secretary, procedure="simplified", procedure_ground="前期无重大变更")
    assert set(caught.value.errors) == {"procedure"}


# --- reviewing again ----------------------------------------------------------------------------------------------


def test_a_review_anew_stands_the_activity_still_and_its_approval_lets_it_go_on() -> None:
    path = approved()
    found = reported(path)
    decided(path, "rereview_required")

    found.refresh_from_db()
    assert (found.state, state_of(path)) == ("rereview_required", "suspended")
    path.review = Review.objects.get(kind="rereview")
    assert (path.review.state, path.review.waiting_for) == ("draft", "lead")
    approved_version = Review.objects.get(kind="initial").submission
    assert path.review.draft_submission.content == approved_version.content
    path.do("submit", path.lead, **signing(path.lead))
    assert state_of(path) == "suspended"
    path.do("accept", path.secretary, **GENERAL, listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    assert (path.review.state, state_of(path)) == ("approved", "approved")
    states = FollowUp.objects.filter(project=path.project).order_by("number").values_list("state", flat=True)
    assert list(states) == ["rereview_required", "cancelled", "scheduled"]
    assert Deadline.objects.open().filter(object_kind="follow_up").count() == 1
    issue_pending(path.at)
    letters = {one.number: standing_of_letter(one.code, path.at) for one in Letter.objects.all()}
    first = Decision.objects.get(review__kind="initial").number
    last = Decision.objects.get(review__kind="rereview").number
    assert (letters[first].valid, letters[last].valid) == (False, True)


def test_a_review_anew_that_is_refused_ends_the_approval() -> None:
    path = approved()
    reported(path)
    decided(path, "rereview_required")
    path.review = Review.objects.get(kind="rereview")
    path.do("submit", path.lead, **signing(path.lead))
    path.do("accept", path.secretary, **GENERAL, listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote(*["rejected"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, reasons="风险不可接受")

    assert (path.review.state, state_of(path)) == ("rejected", "rejected")
    assert not FollowUp.objects.filter(project=path.project).outstanding().exists()


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
