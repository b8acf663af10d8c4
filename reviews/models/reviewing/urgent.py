"""The steps of a review in the emergency procedure 应急程序 (Measures 35-39; Human Measures 16; Shandong 9; Sichuan 9).

Only the clocks are shorter. Everything else is the general procedure's own: the same steps, guards, forms, votes.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy
from reviews.models.emergencies.advising import FieldAdvice
from reviews.models.emergencies.event import EmergencyEvent
from reviews.models.emergencies.kinds import TIERS
from reviews.models.reviewing import accepting, guards, timing, urgent_forms, urgent_timing
from reviews.models.reviewing import urgent_guards as own
from reviews.models.reviewing.record import ReviewRecord
from reviews.models.reviewing.states import State

# Where the committee, the unit or the panel is at work; and where the applicant is. In each it may become general.
RUNNING = (
    State.ACCEPTED,
    State.IN_REVIEW,
    State.MODIFICATION_REQUIRED,
    State.MODIFICATION_SUBMITTED,
    State.REVISION_REQUIRED,
    State.PRELIMINARILY_PASSED,
    State.IN_RECHECK,
)
ACCEPTORS = frozenset({"secretary", "chair", "vice_chair"})


class Urgent(ReviewRecord):
    event = models.ForeignKey(
        EmergencyEvent, models.PROTECT, null=True, blank=True, editable=False, related_name="reviews"
    )
    # The tier of urgency with which it was accepted: a place in `emergency.tier_hours`.
    tier = models.PositiveSmallIntegerField(_("紧急程度"), null=True, blank=True, editable=False)
    # Why and when the emergency procedure was left for the general one; empty where it was not.
    lapse = models.JSONField(_("转为一般程序"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    # --- who, and what applies ------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        """Whoever of the officers is at hand accepts; who is not asked for draws no button elsewhere."""
        found = super().capacities(standing)
        if self.state == State.SUBMITTED:
            if found & ACCEPTORS and self.claims_urgency:
                found.add("urgent_acceptor")
        elif self.is_urgent:
            found |= {f"urgent_{role}" for role in ("secretary", "chair") if role in found}
            if "adviser" in found and standing.person is not None and self.is_advised_by(standing.person.pk):
                found.add("field_adviser")
        return found

    @property
    def claims_urgency(self) -> bool:
        """The lead's own statement, in the assessment: it proposes, and the committee accepts or does not."""
        return self.assessment.conclusions.emergency

    def is_advised_by(self, person: int) -> bool:
        return FieldAdvice.objects.filter(review=self.pk, person=person, meeting=None).exists()

    def procedure_facts(self, at: datetime) -> dict[str, Any]:
        """Asked only where urgency is claimed: for all others the emergency procedure is shut anyway."""
        found: dict[str, Any] = super().procedure_facts(at)  # type: ignore[misc]  # of the simplified procedure
        if self.claims_urgency:
            events, lacking = self.emergency_at(at)
            found |= {"emergency_event": bool(events), "emergency_system": not lacking}
        return found

    def emergency_at(self, at: datetime) -> tuple[list[EmergencyEvent], list[Refusal]]:
        """The emergencies in force where the activity is carried out, and what the committee lacks: read once for all
        guards of a page."""
        known: dict[datetime, tuple[list[EmergencyEvent], list[Refusal]]] = self.__dict__.setdefault("_emergency", {})
        if at not in known:
            events = EmergencyEvent.objects.in_force(at).covering(self.project.region).order_by("-starts_at", "-pk")
            known[at] = list(events), list(self.committee.emergency_lacks(self.policy_at(at), at))
        return known[at]

    @property
    def tier_word(self) -> str:
        return str(TIERS[self.tier]) if self.tier else ""

    def urgent_hours(self, policy: Policy) -> int:
        return urgent_timing.hours_of(self.tier, policy)

    def emergency_facts(self, policy: Policy) -> dict[str, Any]:
        """What a decision keeps of it. The record speaks of the event as it was on that day."""
        if not self.is_urgent or self.event is None:
            return {}
        event = self.event
        return {
            "event": event.ref,
            "title": event.title,
            "kind": event.kind,
            "level": event.level,
            "authority": event.authority.name,
            "tier": self.tier,
            "hours": self.urgent_hours(policy),
        }

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.SUBMITTED,
        target=State.ACCEPTED,
        label=_("按应急程序受理"),
        by=["urgent_acceptor"],
        requires=[*accepting.REQUIRED, own.event_in_force, own.system_ready],
        cite="national:36",
        form=urgent_forms.UrgentAcceptForm,
        judges=True,
        help=_("时限自受理起按小时连续计算，夜间和节假日不扣除；到会、表决、标准和回避与一般程序相同，不得降低。"),
    )
    def accept_urgently(
        self,
        act: Act,
        *,
        event: EmergencyEvent,
        tier: int,
        procedure_ground: str,
        listed: str,
        listed_items: list[str],
        listed_reason: str,
    ) -> None:
        """Measures 10, 36: names the procedure, the event and the tier; the hours run from here."""
        urgent_timing.triaged(self, act)
        policy = self.policy_at(act.at)
        self.procedure, self.procedure_ground = self.Procedure.EMERGENCY, procedure_ground
        self.event, self.tier = event, tier
        self.regimes, self.policy_pin, self.accepted_at = sorted(policy.regimes), policy.pin(), act.at
        self.determine(act, listed == "yes", listed_items, listed_reason)
        act.start("review.decision", **timing.decision(self, policy))
        urgent_timing.keep_share(self, act, policy)
        if self.follow_up is not None:
            act.then(self.follow_up, "take_up")
        act.record(event=event.ref, tier=tier, hours=self.urgent_hours(policy))
        due = timing.decision_due(self, policy, act.at)
        act.say(event=event.title, tier=self.tier_word, hours=str(self.urgent_hours(policy)), due=due)

    @step(
        source=[State.PRELIMINARILY_PASSED, State.IN_RECHECK],
        target=None,
        label=_("延长应急审查时限"),
        by=["urgent_chair", "urgent_secretary"],
        requires=[guards.clock_runs],
        cite="national:17",
        form=urgent_forms.ExtendForm,
        judges=True,
        help=_("专家复核时间计入同一时限；延长时应当说明理由和新的时限。"),
    )
    def extend_urgent(self, act: Act, *, until: datetime, reason: str) -> None:
        """The one clock goes on through the re-check, so it is extended there too (Measures 17, 36)."""
        act.extend("review.decision", due_at=until, reason=reason)
        act.say(reason=reason, due=urgent_timing.minute(until))

    @step(
        source=[State.ACCEPTED, State.IN_REVIEW],
        target=None,
        label=_("邀请领域顾问专家"),
        by=["urgent_chair", "urgent_secretary"],
        requires=[own.advisers_known],
        cite="national:37",
        form=urgent_forms.InviteForm,
        judges=True,
        help=_(
            "没有相关领域委员到会时，邀请该领域的顾问专家参会；顾问专家只提供咨询意见，不参加表决，不计入到会人数。"
        ),
    )
    def invite_adviser(self, act: Act, *, adviser: Any) -> None:
        FieldAdvice.objects.create(
            review_id=self.pk, membership=adviser, person=adviser.person, invited_at=act.at, invited_by=act.actor.name
        )
        act.record(adviser=adviser.person.username)
        act.tell("review.adviser_invited", [adviser.person], due=urgent_timing.end_in_words(self))

    @step(
        source=State.IN_REVIEW,
        target=None,
        label=_("提供咨询意见"),
        by=["field_adviser"],
        requires=[guards.meeting_is_open],
        cite="national:37",
        form=urgent_forms.AdviceForm,
        judges=True,
        help=_("咨询意见供委员参考，不计入表决。"),
    )
    def give_advice(self, act: Act, *, presence: str, advice: str, **_signed: Any) -> None:
        """Measures 14, 37: without a vote, and in nobody's count."""
        waiting = FieldAdvice.objects.get(review=self.pk, person=act.actor, meeting=None)
        waiting.meeting, waiting.presence = self.item.meeting, presence
        waiting.advice, waiting.given_at = advice, act.at
        waiting.save(update_fields=["meeting", "presence", "advice", "given_at"])

    @step(
        source=RUNNING,
        target=None,
        label=_("转为一般程序"),
        by=["urgent_chair", CONSEQUENCE],
        requires=[own.runs_urgent],
        cite="national:36",
        form=urgent_forms.LeaveForm,
        danger=True,
        help=_("紧急情形消失的，转为一般程序，期限为自受理之日起三十日。转为一般程序后不能再转回。"),
    )
    def leave_emergency(self, act: Act, *, reason: str) -> None:
        """Urgency is over, or the event is. What was done stands; what is left has the general procedure's time."""
        policy = self.policy_at(act.at)
        act.record(event=self.event.ref if self.event else "", tier=self.tier)
        self.lapse = {"reason": reason, "at": act.at.isoformat(), "event": self.event.ref if self.event else ""}
        self.procedure = self.Procedure.GENERAL
        urgent_timing.become_general(self, act, policy)
        act.say(reason=reason)
