"""The steps by which an applicant answers what was asked, and the committee finds it done."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import step
from reviews.models.amending import guards as amending
from reviews.models.appeals.guards import no_appeal_pending
from reviews.models.reviewing import forms, guards, timing, urgent_timing
from reviews.models.reviewing.simplified import Simplified
from reviews.models.reviewing.states import State
from reviews.models.submissions.submission import Request


class Revision(Simplified):
    """Measures 16."""

    class Meta:
        abstract = True

    @step(
        source=State.MODIFICATION_REQUIRED,
        target=State.MODIFICATION_SUBMITTED,
        label=_("提交修改"),
        by=["lead", "acting_answer", "successor"],
        requires=[
            no_appeal_pending,
            amending.base_in_force,
            amending.change_told,
            amending.risk_assessed_anew,
            amending.chosen_changed,
            guards.content_complete,
            guards.materials_complete,
        ],
        cite="national:16",
        form=forms.AnswerForm,
    )
    def submit_modification(self, act: Act, **answers: Any) -> None:
        self.answer(act, answers)
        self.seal(act, answers)
        self.confirmations = []
        act.settle(timing.MODIFICATION)
        act.start(timing.CONFIRM, **timing.confirm_modification(self, self.policy_at(act.at)))

    @step(
        source=State.MODIFICATION_SUBMITTED,
        target=RETURN_VALUE(State.MODIFICATION_SUBMITTED, State.APPROVED, State.PRELIMINARILY_PASSED),
        label=_("确认修改"),
        by=["secretary", "chair"],
        requires=[guards.not_confirmed_by_same, guards.version_intact, amending.base_in_force],
        cite="national:16",
        form=forms.ConfirmForm,
        judges=True,
    )
    def confirm_modification(self, act: Act, **_signed: Any) -> str:
        """The secretary finds the changes complete and the chair agrees; with both, the approval stands."""
        from reviews.models.reviewing import conclusion

        return conclusion.confirm(self, act)

    @step(
        source=State.MODIFICATION_SUBMITTED,
        target=State.MODIFICATION_REQUIRED,
        label=_("退回修改"),
        by=["secretary", "chair"],
        cite="national:16",
        form=forms.RequirementsForm,
        judges=True,
    )
    def return_modification(self, act: Act, *, requirements: list[str]) -> None:
        self.confirmations = []
        act.settle(timing.CONFIRM)
        act.start(timing.MODIFICATION, **timing.answer(self, self.policy_at(act.at), asked="modification"))
        self.ask(act, Request.Kind.MODIFICATION, dict(enumerate(requirements)))

    @step(
        source=State.REVISION_REQUIRED,
        target=State.ACCEPTED,
        label=_("修改后再提交"),
        by=["lead", "acting_answer", "successor"],
        requires=[
            no_appeal_pending,
            amending.base_in_force,
            amending.change_told,
            amending.risk_assessed_anew,
            amending.chosen_changed,
            guards.content_complete,
            guards.materials_complete,
            guards.no_restriction,
        ],
        cite="national:16",
        form=forms.AnswerForm,
    )
    def resubmit_revision(self, act: Act, **answers: Any) -> None:
        """A new version, compared with the last; the thirty days run again (a setting: no text says so)."""
        self.answer(act, answers)
        self.seal(act, answers)
        self.round += 1
        act.settle(timing.REVISION)
        self.__dict__.pop("item", None)
        policy = self.policy_at(act.at)
        if policy.value("review.clock_restarts_on_revision"):
            act.start("review.decision", **timing.decision(self, policy))
            urgent_timing.keep_share(self, act, policy)
