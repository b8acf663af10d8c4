"""The steps of a review from its acceptance to the committee's conclusion."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import step
from reviews.models.amending import guards as amending
from reviews.models.reviewing import forms, guards, timing, urgent_guards, urgent_timing
from reviews.models.reviewing import simplified_guards as simplified
from reviews.models.reviewing.designation import designate
from reviews.models.reviewing.simplified import LISTED, Simplified
from reviews.models.reviewing.simplified_forms import BeginForm
from reviews.models.reviewing.states import State


class Deliberation(Simplified):
    """Measures 5, 11, 14-17."""

    class Meta:
        abstract = True

    @step(
        source=State.ACCEPTED,
        target=State.IN_REVIEW,
        label=_("开始审查"),
        by=["secretary", "designator"],
        requires=[
            simplified.designated_by_the_chair,
            guards.committee_active,
            guards.committee_lawful,
            guards.enough_without_interest,
            simplified.enough_reviewers,
        ],
        cite="national:11",
        form=BeginForm,
        judges=True,
        help=_("一般程序：由秘书列入会议。简易程序：由主任委员指定承办委员。"),
    )
    def begin(
        self,
        act: Act,
        *,
        meeting: Any = None,
        presenter: Any = None,
        reviewers: Sequence[Any] = (),
        opinion_due: Any = None,
    ) -> None:
        """Measures 11, 14: a meeting decides. Every member gets an opinion to write; those with an interest do not.

        Measures 23: in the simplified procedure those members do whom the chair designates.
        """
        if self.is_simplified:
            designate(self, reviewers, opinion_due, act)
            act.tell("review.begun_simplified", self.people("lead"), due=opinion_due.isoformat())
        else:
            meeting.take_up(self, presenter, act)
            key = "review.begun_urgently" if self.is_urgent else "review.begin"
            act.tell(key, [*self.people("lead"), *self.people("members")], meeting=meeting.title)

    @step(
        source=State.IN_REVIEW,
        target=None,
        label=_("安排会议审议"),
        by=["secretary"],
        requires=[simplified.belongs_to_a_meeting, guards.item_not_under_vote],
        cite="national:11",
        form=forms.BeginForm,
        judges=True,
    )
    def reschedule(self, act: Act, *, meeting: Any, presenter: Any) -> None:
        if self.item is not None:
            self.item.drop(act.at)
        meeting.take_up(self, presenter, act)

    @step(
        source=[State.ACCEPTED, State.IN_REVIEW],
        target=None,
        label=_("认定是否列入清单"),
        by=["chair", "presider", "secretary"],
        cite="national:5",
        form=forms.ListingForm,
        judges=True,
    )
    def determine_listing(self, act: Act, *, listed: str, listed_items: list[str], listed_reason: str) -> None:
        """Measures 5(4): the committee decides whether the activity is on the list, not its lead."""
        self.determine(act, listed == "yes", listed_items, listed_reason)
        urgent_timing.keep_share(self, act, self.policy_at(act.at))
        if self.listed and self.is_simplified:
            act.by_rule(self, "convert_to_meeting", triggers=[LISTED])

    @step(
        source=[State.ACCEPTED, State.IN_REVIEW],
        target=None,
        label=_("延长期限"),
        by=["chair", "secretary"],
        requires=[guards.clock_runs],
        cite="national:17",
        form=forms.ExtendForm,
        judges=True,
    )
    def extend(self, act: Act, *, until: Any, reason: str) -> None:
        """Measures 17: in special cases, with the new limit stated."""
        due_at = until if self.is_urgent else timing.end_of_day(until)
        running = Deadline.objects.of(self).open().get(kind="review.decision")
        act.extend("review.decision", due_at=due_at, reason=reason)
        # No text bounds how often; so each time is counted, and told with its number and its own reason.
        times = len(running.extensions) + 1
        act.record(times=times)
        urgent_timing.keep_share(self, act, self.policy_at(act.at), due_at)
        act.say(reason=reason, due=urgent_timing.minute(until) if self.is_urgent else until.isoformat(), times=times)

    @step(
        source=State.IN_REVIEW,
        target=None,
        label=_("重新表决"),
        by=["presider", "chair"],
        requires=[simplified.belongs_to_a_meeting, guards.meeting_is_open, guards.round_undecided],
        cite="national:16",
        form=forms.ReasonForm,
        judges=True,
    )
    def new_round(self, act: Act, *, reason: str) -> None:
        """No verdict has the votes: discuss, and vote again. The earlier ballots stay as they were cast."""
        meeting, presenter = self.item.meeting, self.item.presenter
        self.item.drop(act.at)
        self.round += 1
        meeting.take_up(self, presenter, act)

    @step(
        source=State.IN_REVIEW,
        target=RETURN_VALUE(
            State.APPROVED,
            State.PRELIMINARILY_PASSED,
            State.MODIFICATION_REQUIRED,
            State.REVISION_REQUIRED,
            State.REJECTED,
            State.CONCLUDED,
        ),
        label=_("形成审查意见"),
        by=["presider", "secretary", "designator"],
        requires=[
            guards.meeting_is_open,
            guards.quorum_met,
            guards.all_ballots_in,
            guards.verdict_reached,
            urgent_guards.field_present,
            simplified.opinions_in,
            simplified.reviewers_fit,
            simplified.of_one_mind,
            simplified.not_listed,
            guards.listing_determined,
            guards.version_intact,
            amending.base_in_force,
        ],
        cite="national:16",
        form=forms.ConcludeForm,
        judges=True,
    )
    def conclude(self, act: Act, *, requirements: list[str], reasons: str, follow_up_months: int | None = None) -> str:
        """Measures 14-17: what the ballots say, by every formula that applies. Nobody enters an outcome.

        Measures 22-24: in the simplified procedure, the approval of every designated member.
        """
        from reviews.models.reviewing import conclusion

        if self.is_simplified:
            return conclusion.conclude_simplified(self, act, reasons=reasons, months=follow_up_months)
        return conclusion.conclude(self, act, requirements=requirements, reasons=reasons, months=follow_up_months)
