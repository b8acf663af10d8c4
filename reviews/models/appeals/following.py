"""Appeals against what the committee decided on a follow-up or a report: to suspend, to terminate, to review again.

Measures 18 speaks of the committee's decisions without exception. No text says that an appeal stops what was decided:
the activity stands still until the committee has decided anew.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.following.follow_up import FollowUp, schedule
from reviews.models.following.proceeding import open_review
from reviews.models.reviewing.decision import Decision, Outcome

if TYPE_CHECKING:
    from reviews.models.reviewing.review import Review

# What takes something away, and where it has left the activity.
LEFT_IN = {
    Outcome.SUSPENDED: {"suspended"},
    Outcome.TERMINATED: {"terminated"},
    # Whether it stands still meanwhile is a setting.
    Outcome.REREVIEW_REQUIRED: {"suspended", "approved"},
}


def overtaken(review: "Review", decision: Decision) -> Iterator[Refusal]:
    """Something else holds now: a later decision, or the review anew has come to its own."""
    later = Decision.objects.filter(review__project=review.project_id, review__kind="follow_up", pk__gt=decision.pk)
    anew = decision.outcome != Outcome.REREVIEW_REQUIRED or _rereviews(review).exists()
    if review.state != "concluded" or later.exists() or not anew:
        yield Refusal("overtaken", _("该决定之后情况已有变化，不能再据以重新审查"), {}, "national:18")


def decide_anew(review: "Review", decision: Decision, act: Act) -> "Review":
    """Of the same report, by the same kind of verdicts. Returns the review in which the committee decides."""
    filed = review.filed
    assert filed is not None, "a follow-up review looks at something"
    if decision.outcome == Outcome.TERMINATED:
        act.then(review.project, "revive", ground=decision.number)
        _owe_again(review, act)
    elif isinstance(filed, FollowUp):
        # What the decision had scheduled goes with it; the new one says when the next is due.
        for coming in review.project.follow_ups.outstanding():
            act.then(coming, "fall_away")
    if decision.outcome == Outcome.REREVIEW_REQUIRED:
        for opened in _rereviews(review):
            act.then(opened, "give_way", decision=decision.number)
    act.then(filed, "decide_again", decision=decision.number)
    return open_review(filed, act, after=review)


def _rereviews(review: "Review") -> Any:
    return review.project.reviews.open().filter(kind="rereview")


def _owe_again(review: "Review", act: Act) -> None:
    """The follow-up that fell away with the activity: never sooner than the lead can report it. The report of a
    follow-up that itself is decided anew brings its own.
    """
    last = review.project.follow_ups.filter(state=FollowUp.State.CANCELLED).order_by("-number").first()
    if review.follow_up_id is not None or last is None:
        return
    policy = last.policy_at(act.at)
    soonest = law_day(act.at) + timedelta(days=policy.value("follow_up.lead_days"))
    schedule(last.review, max(last.due_on, soonest), act, policy)
