"""How what is reported comes before the committee, and what its votes bring about."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.dateparse import parse_datetime

from ethicsreview.lifecycle.act import Act
from ethicsreview.policy import Policy, policy_for
from reviews.models.following.contents import Kind
from reviews.models.following.filing import Filed
from reviews.models.following.follow_up import FollowUp, schedule
from reviews.models.following.report import Report
from reviews.models.projects.project import Project
from reviews.models.reviewing.decision import Decision, Outcome
from reviews.models.reviewing.record import STOPPED
from reviews.models.reviewing.states import State

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord
    from reviews.models.reviewing.review import Review


def open_review(filed: Filed, act: Act, *, after: "ReviewRecord | None" = None) -> "Review":
    """Before the committee that reviewed it first (Shandong 7), with what is known of the activity until now.

    `after`: the review of the same report that an appeal has set aside.
    """
    from reviews.models.reviewing.review import Review

    first = filed.review
    review = Review(
        kind=Review.Kind.FOLLOW_UP,
        project=filed.project,
        committee=first.committee,
        assessment=filed.project.assessments.filter(state="completed").order_by("-pk").first() or first.assessment,
        listed=first.listed,
        listed_items=first.listed_items,
        listed_reason=first.listed_reason,
        circumstances={"earlier_major_change": changed_much(filed)} | _of_appeal(after),
        follow_up=filed if isinstance(filed, FollowUp) else None,
        report=filed if isinstance(filed, Report) else None,
    )
    act.create(review)
    act.then(review, "take_in", filed=filed)
    return review


def _of_appeal(after: "ReviewRecord | None") -> dict[str, bool]:
    if after is None:
        return {}
    return {"after_appeal": True} | ({STOPPED: True} if after.circumstances.get(STOPPED) else {})


def changed_much(filed: Filed) -> bool:
    """Measures 22: whether there was a major change since the last look. What is put to the committee besides a
    follow-up is one, or it would have been settled without it.
    """
    if isinstance(filed, Report) or filed.answers.get("major_change") == "yes":
        return True
    since = last_look(filed)
    weighty = Report.objects.filter(project=filed.project, decided_at__gt=since)
    if weighty.exclude(state__in=[Report.State.NO_ACTION, Report.State.COMPLETED]).exists():
        return True
    amended = filed.project.reviews.filter(kind="amendment", state=State.APPROVED, concluded_at__gt=since).values_list(
        "circumstances", flat=True
    )
    return any(facts.get("small_change") is not True for facts in amended)


def last_look(filed: Filed) -> datetime:
    """When the activity was approved, or last followed up."""
    approved: datetime = filed.review.concluded_at
    later = filed.project.reviews.filter(kind="follow_up", follow_up__isnull=False, state=State.CONCLUDED).values_list(
        "concluded_at", flat=True
    )
    return max([approved, *later])


def concluded(review: "ReviewRecord", decision: Decision, act: Act, policy: Policy) -> str:
    """What follows from the votes: for the report, for the project, for the time to come (Measures 19, 20, 33)."""
    outcome = decision.outcome
    if review.follow_up is not None:
        act.then(review.follow_up, "close", outcome=outcome, decision=decision.number)
    if review.report is not None:
        act.then(review.report, "close", outcome=outcome, decision=decision.number)
    _move_project(review, decision, act)
    if outcome == Outcome.REREVIEW_REQUIRED:
        _open_rereview(review, act)
    if decision.follow_up_due is not None:
        schedule(review.follow_up.review, decision.follow_up_due, act, policy)
    return State.CONCLUDED


def _move_project(review: "ReviewRecord", decision: Decision, act: Act) -> None:
    project, outcome = review.project, decision.outcome
    runs, stands = project.state == Project.State.APPROVED, project.state == Project.State.SUSPENDED
    today = policy_for(region=review.committee.region, regimes=review.assessment.conclusions.regimes, at=act.at)
    stops = outcome == Outcome.SUSPENDED or (
        outcome == Outcome.REREVIEW_REQUIRED and today.value("follow_up.rereview_suspends")
    )
    if runs and (stops or outcome == Outcome.TERMINATED):
        review.circumstances |= {STOPPED: True}
    if outcome == Outcome.TERMINATED and (runs or stands):
        act.then(project, "terminate", ground=decision.number)
    elif stops and runs:
        act.then(project, "suspend", ground=decision.number)
    elif outcome == Outcome.CONTINUED and stands and _may_go_on(review):
        act.then(project, "resume", ground=decision.number)


def _may_go_on(review: "ReviewRecord") -> bool:
    """An activity that stands still goes on only where that was the question: it was asked to be resumed, or the chair
    had stopped it on this report and the committee does not uphold it, or a decision that was set aside on appeal had,
    or the follow-up itself because it was late; and nothing else holds it back.
    """
    report = review.report
    resumption = report is not None and report.kind == Kind.RESUMPTION
    provisional = report.provisional if report is not None else {}
    stopped = review.circumstances.get("after_appeal") and review.circumstances.get(STOPPED)
    late = review.follow_up.suspended_at if review.follow_up is not None else None
    if not (resumption or provisional or stopped or late):
        return False
    if review.project.reviews.open().filter(kind="rereview").exists():
        return False
    if resumption:
        return True
    since = parse_datetime(provisional["at"]) if provisional else late or _first_decided(review)
    later = Decision.objects.filter(review__project=review.project, decided_at__gte=since).exclude(review=review.pk)
    return (
        not later.exclude(review__state=State.SET_ASIDE)
        .filter(outcome__in=[Outcome.SUSPENDED, Outcome.REREVIEW_REQUIRED])
        .exists()
    )


def _first_decided(review: "ReviewRecord") -> datetime:
    """When the committee first decided on what this review looks at again after an appeal."""
    filed: Filed = review.follow_up or review.report
    first: datetime = Decision.objects.filter(review__in=filed.proceedings.all()).order_by("pk")[0].decided_at
    return first


def _open_rereview(review: "ReviewRecord", act: Act) -> None:
    """Measures 20; of a listed activity with its re-check again (33). It begins with the version that was approved."""
    from reviews.models.reviewing.review import Review

    project = review.project
    if project.reviews.open().filter(kind=Review.Kind.REREVIEW).exists():
        return
    approved = project.reviews.filter(state=State.APPROVED).order_by("-concluded_at", "-pk").first()
    assert approved is not None, "only what was approved is followed up"
    new = Review(
        kind=Review.Kind.REREVIEW,
        project=project,
        committee=review.committee,
        assessment=review.assessment,
    )
    act.create(new)
    act.then(new, "carry_over", version=approved.submission)
