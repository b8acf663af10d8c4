"""From a preliminary opinion to the decision: by the re-check, or by the State's own approval."""

from typing import TYPE_CHECKING, Any

from ethicsreview.deadlines import calendar
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.policy import Policy
from reviews.models.projects.registering import REGISTRATION
from reviews.models.rechecks import timing as recheck_timing
from reviews.models.rechecks.dossier import preliminary_opinion
from reviews.models.reviewing import conclusion, urgent_timing
from reviews.models.reviewing.decision import Decision, Outcome

if TYPE_CHECKING:
    from reviews.models.reviewing.rechecking import Rechecking
    from reviews.models.reviewing.record import ReviewRecord


def passed(review: "ReviewRecord", act: Act, policy: Policy) -> str:
    """The preliminary pass: from now on the unit has to apply for the re-check."""
    end = None
    if urgent_timing.counts_inside(review, policy):
        if (row := urgent_timing.running(review)) is None:
            # The applicant had the ball meanwhile: the hours run anew, as after a revision.
            terms = urgent_timing.decision(review, policy)
            act.start(urgent_timing.CLOCK, **terms)
            end = calendar.end_of_hours(act.at, terms["length"])
        else:
            end = row.due_at
        end = urgent_timing.left_for_panel(end, act.at, policy)
    if review.kind != review.Kind.CONFIRMATION:
        # Of several units the lead unit applies for all (Measures 26).
        act.start("review.refer", **recheck_timing.refer(review, policy, end))
    return review.State.PRELIMINARILY_PASSED


def by_recheck(review: "Rechecking", act: Act, *, reasons: str, months: int | None) -> str:
    """Approved only where the panel agreed; refused, with reasons, where it did not (Measures 32)."""
    report = review.recheck.report
    policy = review.policy_at(act.at)
    agreed = report.agrees and review.recheck_result == "agreed"
    decision = _decision(review, Outcome.APPROVED if agreed else Outcome.REJECTED, reasons, months)
    decision.basis, decision.recheck = Decision.Basis.RECHECK, report
    conclusion.issue(decision, review, act, policy, more=report.grounds)
    act.record(report=report.number, result=report.result, panel=report.tally)
    act.say(report=report.number)
    if review.runs("review.conclude_by_recheck"):
        act.meet("review.conclude_by_recheck")
    if review.runs(urgent_timing.CLOCK):
        act.meet(urgent_timing.CLOCK)
    if not agreed:
        conclusion.rejected(review, decision, act)
        return review.State.REJECTED
    _approved(review, decision, act, policy)
    return review.State.APPROVED


def by_exception(review: "Rechecking", act: Act, *, reasons: str, months: int | None) -> None:
    """Measures 34: without a re-check, naming the approval that takes its place."""
    policy = review.policy_at(act.at)
    decision = _decision(review, Outcome.APPROVED, reasons, months)
    decision.basis, decision.exception = Decision.Basis.ADMINISTRATIVE_APPROVAL, review.exception
    conclusion.issue(decision, review, act, policy, more=[_ground(policy.entry("recheck.exempt_by_approval"))])
    act.record(exception=review.exception)
    if review.runs("review.refer"):
        act.cancel("review.refer")
    if review.runs(urgent_timing.CLOCK):
        act.meet(urgent_timing.CLOCK)
    _approved(review, decision, act, policy)


def _decision(review: "Rechecking", outcome: str, reasons: str, months: int | None) -> Decision:
    """It keeps the vote of the preliminary opinion: the same meeting's, on the same version."""
    voted = preliminary_opinion(review)
    assert voted is not None
    return Decision(
        review_id=review.pk,
        outcome=outcome,
        meeting=voted.meeting,
        presider_name=voted.presider_name,
        attendance=voted.attendance,
        tally=voted.tally,
        reasons=reasons,
        recognition=voted.recognition,
        follow_up_months=months or voted.follow_up_months,
    )


def _approved(review: "Rechecking", decision: Decision, act: Act, policy: Policy) -> None:
    """The first follow-up within the shorter interval, and the time to register, which begins with the approval."""
    conclusion.approved(review, decision, act, policy)
    if "listed_activity" in policy.value("registration.objects", default=()) and not _registering(review):
        act.start(REGISTRATION, on=review.project, **recheck_timing.registration(review, policy))


def _registering(review: "Rechecking") -> bool:
    """The time to register the activity runs already: it was reviewed again meanwhile."""
    return Deadline.objects.of(review.project).open().filter(kind=REGISTRATION).exists()


def _ground(entry: Any) -> dict[str, Any]:
    return {"key": entry.key, "label": entry.label, "value": entry.value, "cite": entry.cite, "sure": entry.sure}
