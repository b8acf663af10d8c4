"""From ballots to a decision: what `conclude` and `confirm_modification` write."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ethicsreview.lifecycle.act import Act
from ethicsreview.policy import Policy
from reviews.models import starting, timing
from reviews.models.decision import Decision, Outcome
from reviews.models.follow_up import FollowUp
from reviews.models.submission import Request
from reviews.rules.intervals import follow_up_due
from reviews.rules.votes import VERDICTS
from reviews.rules.votes import Outcome as Tally

if TYPE_CHECKING:
    from reviews.models.review_record import ReviewRecord

# The values of the law that a decision rests on, besides the vote formulas.
GROUNDS = ("meeting.quorum", "meeting.categories_required", "review.decision_days", "follow_up.months")


def conclude(review: "ReviewRecord", act: Act, *, requirements: list[str], reasons: str, months: int | None) -> str:
    """Write the decision that the votes of this round make; returns the review's next state."""
    policy, item = review.policy_at(act.at), review.item
    result: Tally = act.once("tally", lambda: item.tally(act.at))
    assert result.verdict is not None, "verdict_reached has refused otherwise"
    outcome = Outcome(result.verdict)
    passes = outcome == Outcome.APPROVED
    decision = Decision(
        review_id=review.pk,
        outcome=outcome,
        basis=Decision.Basis.MEETING,
        preliminary=bool(review.listed) and passes,
        meeting=item.meeting,
        presider_name=item.meeting.presiding.person.name,
        attendance=item.roll(act.at),
        tally=tally_kept(result),
        requirements=requirements,
        reasons=reasons,
        follow_up_months=months,
    )
    _issue(decision, review, act, policy)
    if review.clock_runs():
        act.meet("review.decision")
    if passes and review.listed:
        return review.State.PRELIMINARILY_PASSED
    if passes:
        _approved(review, decision, act, policy)
        return review.State.APPROVED
    if outcome == Outcome.REJECTED:
        act.then(review.project, "reject", decision=decision.number)
        return review.State.REJECTED
    if outcome == Outcome.MODIFICATION_REQUIRED:
        review.ask(act, Request.Kind.MODIFICATION, dict(enumerate(requirements)))
        return review.State.MODIFICATION_REQUIRED
    review.ask(act, Request.Kind.REVISION, dict(enumerate(requirements)))
    return review.State.REVISION_REQUIRED


def confirm(review: "ReviewRecord", act: Act) -> str:
    """One side's confirmation; with the secretary's and the chair's, the approval."""
    assert review.submission is not None
    capacity = "chair" if "chair" in act.capacities else "secretary"
    review.confirmations = [
        *review.confirmations,
        {
            "person": act.actor.username,
            "name": act.actor.name,
            "capacity": capacity,
            "at": act.at.isoformat(),
        },
    ]
    act.record(confirmed=[done["capacity"] for done in review.confirmations])
    if {done["capacity"] for done in review.confirmations} < {"chair", "secretary"}:
        return review.State.MODIFICATION_SUBMITTED
    if review.listed:
        # The preliminary pass of a listed activity goes on to the re-check; it approves nothing by itself.
        return review.State.PRELIMINARILY_PASSED
    policy = review.policy_at(act.at)
    voted = review.decisions.filter(round=review.round, basis=Decision.Basis.MEETING).get()
    decision = Decision(
        review_id=review.pk,
        outcome=Outcome.APPROVED,
        basis=Decision.Basis.MODIFICATION_CONFIRMED,
        meeting=voted.meeting,
        presider_name=voted.presider_name,
        attendance=voted.attendance,
        tally=voted.tally,
        reasons=voted.reasons,
        follow_up_months=voted.follow_up_months,
    )
    _issue(decision, review, act, policy)
    _approved(review, decision, act, policy)
    told = [*review.people("lead"), *review.people("officers")]
    act.tell("review.approved_after_modification", told, number=decision.number)
    return review.State.APPROVED


def _issue(decision: Decision, review: "ReviewRecord", act: Act, policy: Policy) -> None:
    """Number it, pin it to the version and the rules, keep it, and have its letter made."""
    assert review.submission is not None
    local_day = timezone.localdate(act.at)
    if decision.outcome == Outcome.APPROVED and not decision.preliminary:
        decision.conditions = starting.conditions(review.project, act.at)
        decision.follow_up_due = follow_up_due(local_day, _follow_up_months(review, policy), decision.follow_up_months)
    made = review.decisions.count() + 1
    decision.number = f"{review.committee.ref}-{review.ref}-{made}"
    decision.round = review.round
    decision.submission, decision.submission_digest = review.submission, review.submission.digest
    decision.policy = review.policy_pin
    decision.grounds = _grounds(policy)
    decision.decided_at = review.concluded_at = act.at
    decision.save(force_insert=True)
    act.record(**decision.facts())
    act.say(outcome=str(decision.get_outcome_display()), number=decision.number)
    act.nudge("reviews.letters")


def _approved(review: "ReviewRecord", decision: Decision, act: Act, policy: Policy) -> None:
    assert decision.follow_up_due is not None
    act.then(review.project, "approve", decision=decision.number)
    if decision.conditions:
        told = [*review.people("lead"), *review.people("officers")]
        act.tell("review.approved_with_conditions", told, number=decision.number)
    first = FollowUp(
        project=review.project,
        review=review,
        number=review.project.follow_ups.count() + 1,
        due_on=decision.follow_up_due,
        report_from=decision.follow_up_due - timedelta(days=policy.value("follow_up.lead_days")),
    )
    act.create(first)
    act.start("follow_up.report", on=first, **timing.follow_up(review, decision.follow_up_due, policy))


def _follow_up_months(review: "ReviewRecord", policy: Policy) -> int:
    months: int = policy.value("follow_up.months_listed" if review.listed else "follow_up.months")
    return months


def tally_kept(result: Tally) -> dict[str, Any]:
    """The count as the decision keeps it: votes by verdict, and by each formula what it had and needed."""
    return {
        "votes": {verdict: result.votes(verdict) for verdict in VERDICTS},
        "abstained": result.abstained,
        "attending": result.attending,
        "all_members": result.all_members,
        "formulas": [
            {"of": count.formula.of, "have": count.have, "need": count.need, "total": count.total}
            for count in result.counts
            if count.verdict == result.verdict
        ],
    }


def _grounds(policy: Policy) -> list[dict[str, Any]]:
    """The values that the decision rests on, as they were: key, value, article, mark."""
    entries = [policy.entry(key) for key in GROUNDS if policy.has(key)] + list(policy.entries("vote.formula"))
    return [
        {"key": entry.key, "label": entry.label, "value": entry.value, "cite": entry.cite, "sure": entry.sure}
        for entry in entries
    ]
