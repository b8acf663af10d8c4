"""The terms of the deadlines around a re-check, from policy. Days of the law are calendar days from receipt."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines import calendar
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.policy import Policy
from reviews.models.reviewing import urgent_timing

if TYPE_CHECKING:
    from reviews.models.rechecks.opinion import RecheckOpinion
    from reviews.models.rechecks.recheck import Recheck
    from reviews.models.reviewing.record import ReviewRecord


def _rungs(recheck: "Recheck", policy: Policy) -> list[timedelta]:
    if urgent_timing.counts_inside(recheck.review, policy):
        return urgent_timing.ladder(policy)
    return ladder(policy, "reminders.recheck")


def _within(end: datetime | None, policy: Policy, days: str) -> dict[str, Any]:
    """So many days; or until the end of a clock in hours."""
    if end is not None:
        return {"due_at": end, "unit": "hours", "length": 0, "ladder": urgent_timing.ladder(policy)}
    return {"length": policy.value(days), "unit": "days", "ladder": ladder(policy, "reminders.recheck")}


def due(recheck: "Recheck", policy: Policy) -> datetime:
    """Measures 31: thirty days from receipt. In an emergency the re-check counts inside the review's own hours
    (Measures 36): the panel has its share of them, and never more than is left."""
    if urgent_timing.counts_inside(recheck.review, policy):
        share = calendar.end_of_hours(recheck.requested_at, policy.value("emergency.panel_hours"))
        row = urgent_timing.running(recheck.review)
        return min(share, row.due_at) if row is not None else share
    return calendar.end_of_days(
        recheck.requested_at,
        policy.value("recheck.days"),
        shift_holidays=policy.value("calendar.shift_holidays"),
    )


def last_day(end: datetime) -> str:
    """The last day, as a notice names it."""
    return timezone.localdate(end - timedelta(seconds=1)).isoformat()


def opinion(recheck: "Recheck", policy: Policy, due_at: datetime) -> dict[str, Any]:
    """The authority's duty to feed the opinion back."""
    in_hours = urgent_timing.counts_inside(recheck.review, policy)
    return {
        "label": _("反馈专家复核意见"),
        "due_at": due_at,
        "unit": "hours" if in_hours else "fixed",
        "citation": policy.entry("emergency.includes_recheck" if in_hours else "recheck.days").cite,
        "body": recheck.authority_id,
        "role": Role.REGULATOR,
        "ladder": _rungs(recheck, policy),
        "escalate_to": levels(
            policy, (Role.INSTITUTION_OFFICER, recheck.review.project.institution_id), hours=in_hours
        ),
    }


def reply(seat: "RecheckOpinion", policy: Policy, at: datetime) -> dict[str, Any]:
    """An expert answers the invitation; never later than the opinion itself is due."""
    if in_hours := urgent_timing.counts_inside(seat.recheck.review, policy):
        end = calendar.end_of_hours(at, policy.value("emergency.reply_hours"))
    else:
        end = calendar.end_of_days(at, policy.value("recheck.reply_days"), shift_holidays=False)
    return {
        "label": _("答复复核邀请"),
        "due_at": min(end, seat.recheck.due_at),
        "unit": "hours" if in_hours else "fixed",
        "citation": "national:28",
        "person": seat.person_id,
        "body": seat.recheck.authority_id,
        "ladder": ladder(policy, hours=in_hours),
        "escalate_to": levels(policy, (Role.REGULATOR, seat.recheck.authority_id), hours=in_hours),
    }


def cast(seat: "RecheckOpinion", policy: Policy) -> dict[str, Any]:
    """An expert's own opinion, by the end of the re-check."""
    in_hours = urgent_timing.counts_inside(seat.recheck.review, policy)
    return {
        "label": _("提交复核意见"),
        "due_at": seat.recheck.due_at,
        "unit": "hours" if in_hours else "fixed",
        "citation": policy.entry("emergency.includes_recheck" if in_hours else "recheck.days").cite,
        "person": seat.person_id,
        "body": seat.recheck.authority_id,
        "ladder": _rungs(seat.recheck, policy),
        "escalate_to": levels(policy, (Role.REGULATOR, seat.recheck.authority_id), hours=in_hours),
    }


def refer(review: "ReviewRecord", policy: Policy, end: datetime | None = None) -> dict[str, Any]:
    """The unit applies for the re-check (a setting: no text states a time); in an emergency by an `end` in hours."""
    return {
        "label": _("报请专家复核"),
        **_within(end, policy, "recheck.refer_days"),
        "citation": "national:26",
        **_applicant(review),
        "escalate_to": levels(
            policy,
            (Role.SECRETARY, review.committee_id),
            (Role.CHAIR, review.committee_id),
            urgent_timing.regulator_of(review),
            hours=end is not None,
        ),
    }


def _applicant(review: "ReviewRecord") -> dict[str, Any]:
    """The unit's officers; of a person without a unit, that person."""
    if review.project.is_of_one_person:
        return {"person": review.project.lead_id}
    return {"body": review.project.institution_id, "role": Role.INSTITUTION_OFFICER}


def conclude(review: Any, policy: Policy) -> dict[str, Any]:
    """The committee decides by the re-check (a setting: no text states a time); in an emergency by its one clock."""
    row = urgent_timing.running(review) if urgent_timing.counts_inside(review, policy) else None
    return {
        "label": _("依据复核意见作出审查决定"),
        **_within(row.due_at if row else None, policy, "recheck.conclude_days"),
        "citation": "national:32",
        "body": review.committee_id,
        "role": Role.SECRETARY,
        "escalate_to": levels(
            policy,
            (Role.CHAIR, review.committee_id),
            (Role.INSTITUTION_OFFICER, review.project.institution_id),
            urgent_timing.regulator_of(review),
            hours=row is not None,
        ),
    }


def registration(review: "ReviewRecord", policy: Policy) -> dict[str, Any]:
    """Measures 44: a listed activity is registered within thirty days of its approval, by its unit."""
    limit = policy.entry("registration.activity_days")
    return {
        "label": _("清单内科技活动登记"),
        "length": limit.value,
        "unit": "days",
        "shift_holidays": policy.value("calendar.shift_holidays"),
        "citation": limit.cite,
        "body": review.project.institution_id,
        "role": Role.INSTITUTION_OFFICER,
        "ladder": ladder(policy, "reminders.registration"),
        "escalate_to": levels(
            policy,
            (Role.SECRETARY, review.committee_id),
            (Role.CHAIR, review.committee_id),
            urgent_timing.regulator_of(review),
        ),
    }
