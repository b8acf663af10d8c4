"""The terms of a review's deadlines, from the policy it is judged by."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines import calendar
from ethicsreview.deadlines.ladders import Seat, ladder, levels
from ethicsreview.policy import Entry, Policy, policy_for
from reviews.models.reviewing import urgent_timing

if TYPE_CHECKING:
    from reviews.models.projects.project import Project
    from reviews.models.reviewing.record import ReviewRecord


SUPPLEMENT, MODIFICATION, REVISION = "review.supplement", "review.modification", "review.revision"
CONFIRM = "review.confirm_modification"
# What an applicant owes, and what of it an appeal stops.
APPLICANTS = (SUPPLEMENT, MODIFICATION, REVISION)
APPEALABLE = (MODIFICATION, REVISION)
ANSWERS = {
    "supplement": (_("补正申请材料"), "supplement.answer_days"),
    "modification": (_("提交修改"), "review.modification_days"),
    "revision": (_("修改后再提交"), "review.revision_days"),
}


def decision(review: Any, policy: Policy) -> dict[str, Any]:
    """Measures 17: thirty calendar days from acceptance; in an emergency, hours (Measures 36)."""
    if review.is_urgent:
        return urgent_timing.decision(review, policy)
    limit = decision_limit(review, policy)
    return {
        "label": _("作出审查决定"),
        "length": limit.value,
        "unit": "days",
        "shift_holidays": policy.value("calendar.shift_holidays"),
        "citation": limit.cite,
        "body": review.committee_id,
        "role": Role.SECRETARY,
        "ladder": ladder(policy, "reminders.decision"),
        "escalate_to": levels(policy, *_above(review)),
    }


def decision_limit(review: Any, policy: Policy) -> Entry:
    """Human Measures 26: on a serious adverse event the committee reviews promptly; in how many days, a setting says.
    Only the clock is shorter: the vote is what it is for any review.
    """
    limit = policy.entry("review.decision_days")
    if review.report is not None and review.report.kind == "sae":
        sooner = policy.entry("report.sae_review_days")
        return sooner if sooner.value < limit.value else limit
    return limit


def decision_due(review: Any, policy: Policy, at: datetime) -> str:
    """The last day, or the minute, as a notice names it."""
    if review.is_urgent:
        return urgent_timing.minute(calendar.end_of_hours(at, urgent_timing.hours_of(review.tier, policy)))
    end = calendar.end_of_days(
        at, decision_limit(review, policy).value, shift_holidays=policy.value("calendar.shift_holidays")
    )
    return timezone.localdate(end - timedelta(seconds=1)).isoformat()


def follow_up_months(review: Any, policy: Policy) -> Entry:
    """The longest interval to the first follow-up, with its article. After an emergency it is shorter (Measures 38)."""
    found = policy.entry("follow_up.months_listed" if review.listed else "follow_up.months")
    if review.is_urgent and policy.value("emergency.strengthened_follow_up", default=False):
        shorter = policy.entry("emergency.follow_up_months")
        return shorter if shorter.value < found.value else found
    return found


def follow_up(review: "ReviewRecord", due_on: date, policy: Policy) -> dict[str, Any]:
    """Measures 19 and 33: the report is due before the follow-up, with the lead time that policy gives."""
    return {
        "label": _("提交跟踪审查报告"),
        "due_at": end_of_day(due_on),
        "citation": follow_up_months(review, policy).cite,
        "person": review.project.lead_id,
        "body": review.committee_id,
        # The lead time is the first rung; from then on it may be reported.
        "ladder": [timedelta(days=-policy.value("follow_up.lead_days")), *ladder(policy, "reminders.report")],
        "escalate_to": levels(policy, (Role.SECRETARY, review.committee_id), *_above(review)),
    }


def foreign_approval(project: "Project", review: Any, expires_on: date, at: datetime) -> dict[str, Any]:
    """Measures 12: the approval of a partner's country holds until its last day; the lead obtains its renewal."""
    policy = policy_for(region=project.region, at=at)
    return {
        "label": _("合作国家审查批准失效"),
        "due_at": end_of_day(expires_on),
        "citation": policy.entry("international.gate").cite,
        "person": project.lead_id,
        "body": review.committee_id if review else None,
        "ladder": ladder(policy, "reminders.foreign_approval"),
        "escalate_to": levels(
            policy,
            (Role.SECRETARY, review.committee_id) if review else None,
            (Role.INSTITUTION_OFFICER, project.institution_id),
        ),
    }


def answer(review: "ReviewRecord", policy: Policy, *, asked: str) -> dict[str, Any]:
    """The applicant has the ball: what was asked for (`supplement`, `modification`, `revision`) is handed in by then.

    No text states a time, so each is a setting.
    """
    label, key = ANSWERS[asked]
    limit = policy.entry(key)
    return {
        "label": label,
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "person": review.project.lead_id,
        "body": review.committee_id,
        "ladder": ladder(policy, "reminders.applicant"),
        "escalate_to": levels(
            policy,
            (Role.SECRETARY, review.committee_id),
            (Role.INSTITUTION_OFFICER, review.project.institution_id),
        ),
    }


def confirm_modification(review: "ReviewRecord", policy: Policy) -> dict[str, Any]:
    """Secretary and chair find the modification done (a setting: no text states a time)."""
    limit = policy.entry("review.confirm_days")
    return {
        "label": _("确认修改"),
        "length": limit.value,
        "unit": "days",
        "citation": limit.cite,
        "body": review.committee_id,
        "role": Role.SECRETARY,
        "ladder": ladder(policy, "reminders.decision"),
        "escalate_to": levels(policy, *_above(review)),
    }


def _above(review: Any) -> list[Seat | None]:
    return [
        (Role.CHAIR, review.committee_id),
        (Role.INSTITUTION_OFFICER, review.project.institution_id),
        urgent_timing.regulator_of(review),
    ]


def end_of_day(day: date) -> datetime:
    """24:00 of a day in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
