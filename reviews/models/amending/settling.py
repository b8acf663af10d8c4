"""What the end of an amendment brings about: a new version in force, or everything as it was."""

from datetime import date
from typing import TYPE_CHECKING, Any

from ethicsreview.lifecycle.act import Act
from reviews.models.amending.amendment import Amendment
from reviews.models.following.follow_up import FollowUp
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.reviewing.decision import Decision
from reviews.rules.intervals import follow_up_due

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord


def take_effect(review: "ReviewRecord", decision: Decision, act: Act) -> None:
    """From this decision on, what was applied for is what is approved."""
    amendment, project = review.amendment, review.project
    act.then(project, "amend", decision=decision.number, version=decision.submission)
    if review.assessment.state == RiskAssessment.State.PROPOSED:
        act.then(review.assessment, "adopt")
    if amendment.changes_lead:
        act.then(
            project,
            "change_lead",
            person=amendment.new_lead,
            former_stays=amendment.former_stays,
            decision=decision.number,
        )
    coming = next_follow_up(review)
    if coming is not None and decision.follow_up_due is not None and decision.follow_up_due < coming.due_on:
        act.then(coming, "bring_forward", due_on=decision.follow_up_due, reason=decision.number)
    words: dict[str, Any] = {"number": decision.number}
    told = [*review.people("lead"), *review.people("team"), *review.people("officers")]
    act.tell("review.amended", told, **words)
    if amendment.consent_again:
        act.tell("review.consent_again", review.people("lead"), informing=amendment.consent["informing"], **words)


def come_to_nothing(review: "ReviewRecord", act: Act) -> None:
    """Withdrawn, not accepted or refused: of what is approved nothing changes."""
    for one in _answered_for(review):
        act.then(one, "drop")
    if review.project.incoming_lead_id is not None:
        act.then(review.project, "expect_lead", person=None)


def drop_assessment(review: "ReviewRecord", act: Act) -> None:
    """What was answered anew for a review anew that comes to nothing; what stands is what was approved on."""
    if review.amends_id is None and review.assessment.state == RiskAssessment.State.PROPOSED:
        act.then(review.assessment, "drop")


def take_up_again(review: "ReviewRecord", earlier: "ReviewRecord", act: Act) -> None:
    """Decided anew after an appeal: on the same parts, by the same answers. A new lead is asked again."""
    amendment: Amendment = earlier.amendment
    amendment.pk, amendment.review_id = None, review.pk
    amendment.weighed, amendment.accepted = {}, {}
    amendment.save(force_insert=True)
    if earlier.assessment.state == RiskAssessment.State.SUPERSEDED:
        act.then(earlier.assessment, "revive")
    if amendment.new_lead is not None:
        act.then(review.project, "expect_lead", person=amendment.new_lead)
        act.tell("review.name_lead", [amendment.new_lead])


def _answered_for(review: "ReviewRecord") -> Any:
    states = [RiskAssessment.State.DRAFT, RiskAssessment.State.PROPOSED]
    return RiskAssessment.objects.filter(project=review.project, state__in=states)


def keep_follow_up(review: "ReviewRecord", decision: Decision, day: date) -> None:
    """The next follow-up stays where it is, unless the committee wants it sooner (Measures 19, 33)."""
    coming, earlier = next_follow_up(review), approval_of(review)
    if decision.follow_up_months is not None:
        sooner = follow_up_due(day, decision.follow_up_months, None)
        decision.follow_up_due = min(sooner, coming.due_on) if coming is not None else sooner
    else:
        decision.follow_up_months = earlier.follow_up_months if earlier else None
        decision.follow_up_due = coming.due_on if coming is not None else None


def next_follow_up(review: "ReviewRecord") -> FollowUp | None:
    return FollowUp.objects.filter(project=review.project).outstanding().order_by("number").first()


def approval_of(review: "ReviewRecord") -> Decision | None:
    """The decision by which the version that is amended is in force."""
    approving = Decision.objects.filter(submission=review.amends, outcome="approved", preliminary=False)
    return approving.order_by("-decided_at").first()
