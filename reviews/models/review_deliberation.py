"""The steps of a review from its acceptance to the committee's conclusion."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import step
from reviews.models import review_forms as forms
from reviews.models import review_guards as guards
from reviews.models import timing
from reviews.models.review_record import ReviewRecord
from reviews.models.review_states import State


class Deliberation(ReviewRecord):
    """Measures 5, 11, 14-17."""

    class Meta:
        abstract = True

    @step(
        source=State.ACCEPTED,
        target=State.IN_REVIEW,
        label=_("列入会议并开始审查"),
        by=["secretary"],
        requires=[guards.committee_active, guards.committee_lawful, guards.enough_without_interest],
        cite="national:11",
        form=forms.BeginForm,
        judges=True,
    )
    def begin(self, act: Act, *, meeting: Any, presenter: Any) -> None:
        """Measures 11, 14: a meeting decides. Every member gets an opinion to write; those with an interest do not."""
        meeting.take_up(self, presenter, act)

    @step(
        source=State.IN_REVIEW,
        target=None,
        label=_("改列其他会议"),
        by=["secretary"],
        requires=[guards.item_not_under_vote],
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
        due_at = timing.end_of_day(until)
        act.extend("review.decision", due_at=due_at, reason=reason)
        act.say(reason=reason, due=until.isoformat())

    @step(
        source=State.IN_REVIEW,
        target=None,
        label=_("重新表决"),
        by=["presider", "chair"],
        requires=[guards.meeting_is_open, guards.round_undecided],
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
        ),
        label=_("形成审查意见"),
        by=["presider", "secretary"],
        requires=[
            guards.meeting_is_open,
            guards.quorum_met,
            guards.all_ballots_in,
            guards.verdict_reached,
            guards.listing_determined,
            guards.version_intact,
        ],
        cite="national:16",
        form=forms.ConcludeForm,
        judges=True,
    )
    def conclude(self, act: Act, *, requirements: list[str], reasons: str, follow_up_months: int | None) -> str:
        """Measures 14-17: what the ballots say, by every formula that applies. Nobody enters an outcome."""
        from reviews.models import conclusion

        return conclusion.conclude(self, act, requirements=requirements, reasons=reasons, months=follow_up_months)
