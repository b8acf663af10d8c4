"""From ballots to a decision: what `conclude` and `confirm_modification` write."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees.models import Membership
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.policy import Entry, Policy
from reviews.models import both_sides
from reviews.models.amending import settling
from reviews.models.collaborations import spreading
from reviews.models.following import proceeding
from reviews.models.following.follow_up import schedule
from reviews.models.meetings.reporting import to_be_reported
from reviews.models.projects import starting
from reviews.models.rechecks import conclusion as recheck_conclusion
from reviews.models.reviewing import timing, urgent_timing
from reviews.models.reviewing.decision import Decision, Outcome
from reviews.models.reviewing.designation import reviewers_needed
from reviews.models.reviewing.wording import outcome_word
from reviews.models.submissions.submission import Request
from reviews.rules.intervals import follow_up_due
from reviews.rules.votes import Outcome as Tally
from reviews.rules.votes import verdicts_of

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord
    from reviews.models.reviewing.simplified import Simplified

# The values of the law that a decision rests on, besides the vote formulas.
GROUNDS = ("meeting.quorum", "meeting.categories_required", "review.decision_days", "follow_up.months")


def conclude(review: "ReviewRecord", act: Act, *, requirements: list[str], reasons: str, months: int | None) -> str:
    """Write the decision that the votes of this round make; returns the review's next state."""
    policy, item = review.policy_at(act.at), review.item
    result: Tally = act.once("tally", lambda: item.tally(act.at))
    assert result.verdict is not None, "verdict_reached has refused otherwise"
    outcome = Outcome(result.verdict)
    passes = outcome == Outcome.APPROVED
    preliminary = review.needs_recheck and passes
    decision = Decision(
        review_id=review.pk,
        outcome=Outcome.PRELIMINARILY_PASSED if preliminary else outcome,
        basis=Decision.Basis.MEETING,
        preliminary=preliminary,
        meeting=item.meeting,
        presider_name=item.meeting.presiding.person.name,
        attendance=item.roll(act.at),
        tally=tally_kept(result),
        requirements=requirements,
        reasons=reasons,
        follow_up_months=months,
    )
    issue(decision, review, act, policy)
    if review.clock_runs() and not (preliminary and urgent_timing.counts_inside(review, policy)):
        # In an emergency the one clock runs on through the re-check (Measures 36).
        act.meet("review.decision")
    if review.is_urgent and review.runs(urgent_timing.SHARE):
        act.meet(urgent_timing.SHARE)
    if review.kind == review.Kind.FOLLOW_UP:
        return proceeding.concluded(review, decision, act, policy)
    if preliminary:
        return recheck_conclusion.passed(review, act, policy)
    if passes:
        approved(review, decision, act, policy)
        return review.State.APPROVED
    if outcome == Outcome.REJECTED:
        rejected(review, decision, act)
        return review.State.REJECTED
    if outcome == Outcome.MODIFICATION_REQUIRED:
        act.start(timing.MODIFICATION, **timing.answer(review, policy, asked="modification"))
        review.ask(act, Request.Kind.MODIFICATION, dict(enumerate(requirements)))
        return review.State.MODIFICATION_REQUIRED
    act.start(timing.REVISION, **timing.answer(review, policy, asked="revision"))
    review.ask(act, Request.Kind.REVISION, dict(enumerate(requirements)))
    return review.State.REVISION_REQUIRED


def conclude_simplified(review: "Simplified", act: Act, *, reasons: str, months: int | None) -> str:
    """Write the approval that the designated members have given, each of them (Measures 23); the next state."""
    policy, day = review.policy_at(act.at), law_day(act.at)
    chair = review.committee.members_at(day).filter(appointment__role=Role.CHAIR).first()
    verdicts = verdicts_of(review.kind)
    decision = Decision(
        review_id=review.pk,
        outcome=verdicts[0],
        basis=Decision.Basis.SIMPLIFIED,
        presider_name=chair.person.name if chair else review.reviewers[0].designated_by,
        attendance=[_on_the_roll(seat.membership) for seat in review.reviewers],
        tally={
            "votes": {verdict: len(review.reviewers) if verdict == verdicts[0] else 0 for verdict in verdicts},
            "abstained": 0,
            "attending": len(review.reviewers),
            "all_members": review.committee.count_all_members(day),
            "formulas": [],
        },
        reasons=reasons,
        follow_up_months=months,
    )
    with translation.override("zh-hans"):
        grounds = _simplified_grounds(review, policy, act)
    issue(decision, review, act, policy, grounds=grounds)
    if review.clock_runs():
        act.meet("review.decision")
    to_be_reported(review, decision, act.at)
    if review.kind == review.Kind.FOLLOW_UP:
        return proceeding.concluded(review, decision, act, policy)
    approved(review, decision, act, policy)
    return review.State.APPROVED


def confirm(review: "ReviewRecord", act: Act) -> str:
    """One side's confirmation; with the secretary's and the chair's, the approval."""
    assert review.submission is not None
    review.confirmations = both_sides.with_mine(review.confirmations, act)
    if not both_sides.complete(review.confirmations):
        return review.State.MODIFICATION_SUBMITTED
    act.settle(timing.CONFIRM)
    policy = review.policy_at(act.at)
    if review.needs_recheck:
        # The preliminary pass of a listed activity goes on to the re-check; it approves nothing by itself.
        return recheck_conclusion.passed(review, act, policy)
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
    issue(decision, review, act, policy)
    approved(review, decision, act, policy)
    told = [*review.people("lead"), *review.people("officers")]
    act.tell("review.approved_after_modification", told, number=decision.number)
    return review.State.APPROVED


def issue(
    decision: Decision,
    review: "ReviewRecord",
    act: Act,
    policy: Policy,
    *,
    grounds: list[dict[str, Any]] | None = None,
    more: Sequence[dict[str, Any]] = (),
) -> None:
    """Number it, pin it to the version and the rules, keep it, and have its letter made.

    `grounds` in place of those of a meeting; `more`: further ones.
    """
    assert review.submission is not None
    local_day = timezone.localdate(act.at)
    decision.emergency = review.emergency_facts(policy)
    if decision.outcome == Outcome.APPROVED and not decision.preliminary:
        decision.conditions = starting.conditions(review.project, act.at)
        if review.amends_id is None:
            months = timing.follow_up_months(review, policy).value
            decision.follow_up_due = follow_up_due(local_day, months, decision.follow_up_months)
        else:
            settling.keep_follow_up(review, decision, local_day)
    elif review.follow_up is not None and decision.outcome != Outcome.TERMINATED:
        decision.follow_up_due = follow_up_due(
            local_day, timing.follow_up_months(review, policy).value, decision.follow_up_months
        )
    made = review.decisions.count() + 1
    decision.number = f"{review.committee.ref}-{review.ref}-{made}"
    decision.round = review.round
    decision.submission, decision.submission_digest = review.submission, review.submission.digest
    decision.policy = review.policy_pin
    rests_on = [*(_grounds(policy) if grounds is None else grounds), *more]
    decision.grounds = _with_urgency(rests_on, review, policy)
    decision.decided_at = review.concluded_at = act.at
    decision.save(force_insert=True)
    act.record(**decision.facts())
    spreading.decided(review, decision, act)
    remedy = gettext_lazy("对决定有异议的，可以向该委员会书面申诉。") if decision.appealable else ""
    act.say(outcome=outcome_word(decision), number=decision.number, remedy=remedy)
    act.nudge("reviews.letters")


def approved(review: "ReviewRecord", decision: Decision, act: Act, policy: Policy) -> None:
    """What an approval brings about. An amendment changes what is in force; its follow-ups are already scheduled."""
    if decision.conditions:
        told = [*review.people("lead"), *review.people("officers")]
        act.tell("review.approved_with_conditions", told, number=decision.number)
    if review.amends_id is not None:
        settling.take_effect(review, decision, act)
        return
    act.then(review.project, "approve", decision=decision.number, version=decision.submission)
    _adopt(review, act)
    for earlier in review.project.follow_ups.outstanding():
        # A review anew starts the interval anew.
        act.then(earlier, "fall_away")
    assert decision.follow_up_due is not None, "every approval says when it is followed up"
    schedule(review, decision.follow_up_due, act, policy)


def rejected(review: "ReviewRecord", decision: Decision, act: Act) -> None:
    """A refusal ends what was applied for: the activity; of an amendment, the change alone."""
    if review.amends_id is not None:
        settling.come_to_nothing(review, act)
    else:
        act.then(review.project, "reject", decision=decision.number)
        _adopt(review, act)


def _adopt(review: "ReviewRecord", act: Act) -> None:
    """What a review anew was judged by is from here on what stands."""
    if review.assessment.state == review.assessment.State.PROPOSED:
        act.then(review.assessment, "adopt")


def tally_kept(result: Tally) -> dict[str, Any]:
    """The count as the decision keeps it: votes by verdict, and by each formula what it had and needed."""
    return {
        "votes": {verdict: result.votes(verdict) for verdict in dict.fromkeys(one.verdict for one in result.counts)},
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
    # A decision is written in Chinese, whatever language the pages of who concluded are in.
    with translation.override("zh-hans"):
        return [_ground(entry, entry.label) for entry in entries]


def _with_urgency(grounds: list[dict[str, Any]], review: "ReviewRecord", policy: Policy) -> list[dict[str, Any]]:
    """Measures 36-38: hours in place of days, the field, the votes as ever, and a stronger follow-up."""
    if not review.is_urgent:
        return grounds
    keys = ["emergency.hours", "emergency.field_members_min", "emergency.keeps_quorum_and_vote"]
    keys += ["emergency.strengthened_follow_up"] + (["emergency.includes_recheck"] if review.listed else [])
    entries = [policy.entry(key) for key in keys if policy.has(key)]
    hours = review.urgent_hours(policy)
    with translation.override("zh-hans"):
        urgent = [_ground(entry, entry.label, hours if entry.key == keys[0] else None) for entry in entries]
    return [*(one for one in grounds if one["key"] != "review.decision_days"), *urgent]


def _ground(entry: Entry, words: str, value: Any = None) -> dict[str, Any]:
    return {
        "key": entry.key,
        "label": words,
        "value": entry.value if value is None else value,
        "cite": entry.cite,
        "sure": entry.sure,
    }


def _simplified_grounds(review: "Simplified", policy: Policy, act: Act) -> list[dict[str, Any]]:
    """Measures 23: the decision states reason and basis for the procedure; then who reviewed it, and the rest."""
    entries = {case: entry for entry in policy.entries("simplified.when") for case in entry.value}
    cases = [
        _ground(entries[case], _("采用简易程序的依据：%(case)s") % {"case": words}, [case])
        for case, (words, _cite) in review.simplified_cases(act.at).items()
    ]
    stated = policy.entry("simplified.reason_required")
    reason = _ground(stated, _("采用简易程序的理由：%(reason)s") % {"reason": review.procedure_ground})
    needed = reviewers_needed(review, policy)
    names = "、".join(seat.person.name for seat in review.reviewers)
    reviewers = _ground(needed, _("由主任委员指定的%(names)s审查，一致同意") % {"names": names}, len(review.reviewers))
    rest = [policy.entry(key) for key in ("review.decision_days", "follow_up.months")]
    return [*cases, reason, reviewers, *(_ground(entry, entry.label) for entry in rest)]


def _on_the_roll(membership: Membership) -> dict[str, Any]:
    """A designated member as the decision keeps them, in the form of an attendance."""
    return {
        "name": membership.person.name,
        "role": membership.appointment.role,
        "category": membership.category,
        "presence": "designated",
        "recused": False,
    }
