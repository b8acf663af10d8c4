"""The clocks of the emergency procedure: one in hours from acceptance, and everything else inside it (Measures 36)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role, authority_over
from ethicsreview.deadlines import calendar, ladders
from ethicsreview.deadlines.ladders import Seat
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.policy import Policy
from reviews.models.emergencies.event import EmergencyEvent

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord
    from reviews.models.reviewing.urgent import Urgent

CLOCK = "review.decision"
SHARE = "review.preliminary"
TRIAGE = "review.triage"


def hours_of(tier: int | None, policy: Policy) -> int:
    """A tier is a setting; the law's own limit is never exceeded."""
    tiers = policy.value("emergency.tier_hours", default=())
    limit: int = policy.value("emergency.hours")
    return min(limit, tiers[tier - 1]) if tier and tier <= len(tiers) else limit


def decision(review: Any, policy: Policy) -> dict[str, Any]:
    """Measures 36; Human Measures 16: hours from acceptance, through nights and holidays."""
    return {
        "label": _("作出审查决定（应急）"),
        "length": hours_of(review.tier, policy),
        "unit": "hours",
        "citation": policy.entry("emergency.hours").cite,
        "body": review.committee_id,
        "role": Role.SECRETARY,
        "ladder": ladder(policy),
        "escalate_to": escalations(review, policy),
    }


def ladder(policy: Policy) -> list[timedelta]:
    return ladders.ladder(policy, "reminders.emergency", hours=True)


def escalations(review: Any, policy: Policy) -> list[dict[str, Any]]:
    """By the hour, whatever hour it is: the chair and the unit; then, of what it may see, the department."""
    first, *later = policy.value("emergency.escalation_hours", default=(0,))
    found = [
        {"role": Role.CHAIR, "body_id": review.committee_id, "after": first},
        {"role": Role.INSTITUTION_OFFICER, "body_id": review.project.institution_id, "after": first},
    ]
    if review.event is not None and (review.listed or review.assessment.high_risk):
        found += [{"role": Role.REGULATOR, "body_id": review.event.authority_id, "after": after} for after in later]
    return found


def regulator_of(review: Any) -> Seat | None:
    """The department above the committee and the unit, for what it may see: listed and high-risk activities."""
    if not (review.listed or review.assessment.high_risk):
        return None
    authority = authority_over(review.project.region)
    return (Role.REGULATOR, authority.pk) if authority is not None else None


def minute(end: datetime) -> str:
    """As a notice names it."""
    return f"{timezone.localtime(end, calendar.LAW_ZONE):%Y-%m-%d %H:%M}"


def running(review: "ReviewRecord", kind: str = CLOCK) -> Deadline | None:
    return Deadline.objects.of(review).open().filter(kind=kind).first()


def end_in_words(review: "ReviewRecord") -> str:
    row = running(review)
    return minute(row.due_at) if row is not None else "—"


def counts_inside(review: Any, policy: Policy) -> bool:
    """Whether the re-check has no time but the review's own (Measures 36)."""
    return bool(review.is_urgent and policy.value("emergency.includes_recheck", default=False))


def ask_for_triage(review: "ReviewRecord", act: Act) -> None:
    """Where the lead says that it is urgent and there is an emergency, somebody judges so within hours."""
    if review.claims_urgency and EmergencyEvent.objects.in_force(act.at).covering(review.project.region).exists():
        policy = review.policy_at(act.at)
        act.start(
            TRIAGE,
            label=_("判断紧急程度，决定是否按应急程序受理"),
            length=policy.value("emergency.triage_hours"),
            unit="hours",
            citation=policy.entry("emergency.triage_hours").cite,
            body=review.committee_id,
            role=Role.SECRETARY,
            ladder=ladders.ladder(policy, hours=True),
            escalate_to=ladders.levels(policy, (Role.CHAIR, review.committee_id), hours=True),
        )


def triaged(review: "ReviewRecord", act: Act) -> None:
    """It was accepted, by whatever procedure, or not; or there was something wanting."""
    if review.claims_urgency and running(review, TRIAGE) is not None:
        act.meet(TRIAGE)


def wait_for_applicant(review: "ReviewRecord", act: Act) -> None:
    """Something is wanting: until it has come, the time to judge stands still where policy says so; else it is met."""
    if not review.claims_urgency or running(review, TRIAGE) is None:
        return
    if review.policy_at(act.at).value("emergency.triage_pauses"):
        act.pause(TRIAGE)
    else:
        act.meet(TRIAGE)


def go_on(review: "ReviewRecord", act: Act) -> None:
    """What was wanting is here. A claim of urgency made only now is judged from now on."""
    if not review.claims_urgency:
        act.cancel(TRIAGE)
    elif running(review, TRIAGE) is not None:
        act.resume(TRIAGE)
    else:
        ask_for_triage(review, act)


# --- the panel's share of the hours -------------------------------------------------------------------------------


def keep_share(review: "ReviewRecord", act: Act, policy: Policy, end: datetime | None = None) -> None:
    """A listed activity's committee ends early enough to leave the panel its share (a setting: no text splits it).

    `end`: of the clock, where it has just been set.
    """
    if not counts_inside(review, policy) or review.kind == review.Kind.FOLLOW_UP:
        # What is followed up was re-checked: no panel waits for it.
        return
    act.cancel(SHARE)
    if not review.listed or review.state == review.State.IN_RECHECK:
        return
    if end is None:
        row = running(review)
        end = row.due_at if row else calendar.end_of_hours(act.at, hours_of(review.tier, policy))
    share = timedelta(hours=policy.value("emergency.panel_hours"))
    act.start(
        SHARE,
        label=_("形成初步审查意见（为专家复核留出时间）"),
        due_at=end - share,
        unit="hours",
        citation=policy.entry("emergency.includes_recheck").cite,
        body=review.committee_id,
        role=Role.SECRETARY,
        ladder=ladder(policy),
        escalate_to=ladders.levels(policy, (Role.CHAIR, review.committee_id), hours=True),
    )


def left_for_panel(end: datetime, at: datetime, policy: Policy) -> datetime:
    """By when the unit applies: so that the panel has its share, or at once where that is no longer possible."""
    latest = end - timedelta(hours=policy.value("emergency.panel_hours"))
    return latest if latest > at else end


# --- back to the general procedure --------------------------------------------------------------------------------


def become_general(review: "Urgent", act: Act, policy: Policy) -> None:
    """Thirty days from when the hours began; the re-check's, the unit's and the committee's own days likewise."""
    from reviews.models.rechecks import timing as recheck_timing
    from reviews.models.reviewing import timing

    act.cancel(SHARE)
    row = running(review)
    if review.state in {review.State.ACCEPTED, review.State.IN_REVIEW}:
        if row is not None:
            act.cancel(CLOCK)
            act.start(CLOCK, **timing.decision(review, policy), due_at=_general_end(row.started_at, policy))
        return
    # The preliminary opinion met the general procedure's time; from there on others have theirs.
    act.cancel(CLOCK)
    for kind, terms in (
        ("review.refer", recheck_timing.refer),
        ("review.conclude_by_recheck", recheck_timing.conclude),
    ):
        if (kept := running(review, kind)) is not None:
            general = terms(review, policy)
            act.cancel(kind)
            act.start(kind, **general, due_at=calendar.end_of_days(kept.started_at, general["length"]))
    for recheck in review.rechecks.open():
        act.then(recheck, "take_general_time")


def _general_end(started_at: datetime, policy: Policy) -> datetime:
    return calendar.end_of_days(
        started_at, policy.value("review.decision_days"), shift_holidays=policy.value("calendar.shift_holidays")
    )
