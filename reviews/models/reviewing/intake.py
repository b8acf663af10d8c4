"""The steps of a review from the draft to its acceptance, and out of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import step
from reviews.models.amending import beginning, settling
from reviews.models.amending import guards as amending
from reviews.models.appeals.guards import no_appeal_against_it, no_appeal_pending
from reviews.models.entrustments import guards as entrusting
from reviews.models.projects.project import Project
from reviews.models.reviewing import accepting, followed, forms, guards, signing, timing, urgent_timing
from reviews.models.reviewing.simplified import Simplified
from reviews.models.reviewing.states import OPEN_STATES, State
from reviews.models.submissions.submission import Request


class Intake(Simplified):
    """Measures 9, 10, 17."""

    class Meta:
        abstract = True

    @step(
        source=State.DRAFT,
        target=State.SUBMITTED,
        label=_("提交"),
        by=["lead", "acting_submit", "successor"],
        requires=[
            signing.signed_by_lead,
            amending.base_in_force,
            amending.change_told,
            amending.risk_assessed_anew,
            amending.chosen_changed,
            amending.lead_settled,
            guards.assessment_current,
            guards.content_complete,
            guards.materials_complete,
            guards.no_restriction,
            guards.committee_active,
            entrusting.not_review_and_recheck,
            no_appeal_against_it,
        ],
        cite="national:9",
        form=forms.SubmitForm,
        help=_("提交后本版本内容不能再改动；需要补正时，委员会将一次性告知。"),
    )
    def submit(self, act: Act, **signed: Any) -> None:
        if signed.pop("assessment_holds", False):
            act.record(assessment_confirmed=self.assessment.ref)
        self.seal(act, signed)
        self.submitted_at = act.at
        urgent_timing.ask_for_triage(self, act)
        if self.amends_id is not None:
            # What is approved stays approved, as it is, until this is decided.
            beginning.handed_in(self, act)
        # After an appeal it never left: the review that was set aside goes on in this one. A unit that confirms anew
        # left its approval when it began.
        elif self.moves_project and (
            self.kind not in {self.Kind.APPEAL, self.Kind.CONFIRMATION}
            or self.project.state != Project.State.UNDER_REVIEW
        ):
            act.then(self.project, "enter_review")

    @step(
        source=State.SUBMITTED,
        target=State.SUPPLEMENT_REQUESTED,
        label=_("一次性补正"),
        by=["secretary"],
        requires=[followed.is_an_application, guards.supplement_allowed],
        cite="national:10",
        form=forms.SupplementForm,
        judges=True,
        help=_("只写需要补正的各项，其余留空。只告知一次，请一次写全；申请人逐项答复后重新提交。"),
    )
    def request_supplement(self, act: Act, **asked: str) -> None:
        """Measures 10: all that is missing, told once."""
        urgent_timing.wait_for_applicant(self, act)
        act.start(timing.SUPPLEMENT, **timing.answer(self, self.policy_at(act.at), asked="supplement"))
        self.ask(
            act,
            Request.Kind.SUPPLEMENT,
            {name.removeprefix("item__"): text for name, text in asked.items() if text},
        )

    @step(
        source=State.SUPPLEMENT_REQUESTED,
        target=State.SUBMITTED,
        label=_("补正后提交"),
        by=["lead", "acting_answer", "successor"],
        requires=[
            amending.change_told,
            amending.risk_assessed_anew,
            amending.chosen_changed,
            guards.content_complete,
            guards.materials_complete,
        ],
        cite="national:10",
        form=forms.AnswerForm,
    )
    def resubmit(self, act: Act, **answers: Any) -> None:
        self.answer(act, answers)
        self.seal(act, answers)
        act.settle(timing.SUPPLEMENT)
        urgent_timing.go_on(self, act)

    @step(
        source=State.SUBMITTED,
        target=State.ACCEPTED,
        label=_("受理"),
        by=["secretary"],
        requires=accepting.REQUIRED,
        cite="national:10",
        form=forms.AcceptForm,
        judges=True,
        help=_("自受理起计算审查期限，并告知申请人适用的程序。"),
    )
    def accept(
        self,
        act: Act,
        *,
        procedure: str,
        procedure_ground: str,
        listed: str,
        listed_items: list[str],
        listed_reason: str,
    ) -> None:
        """Measures 10, 17: says the procedure; the clock runs from here, by the rules of this day."""
        urgent_timing.triaged(self, act)
        policy = self.policy_at(act.at)
        self.procedure, self.procedure_ground = procedure, procedure_ground
        self.regimes, self.policy_pin, self.accepted_at = sorted(policy.regimes), policy.pin(), act.at
        self.determine(act, listed == "yes", listed_items, listed_reason)
        act.start("review.decision", **timing.decision(self, policy))
        if self.follow_up is not None:
            act.then(self.follow_up, "take_up")
        act.say(procedure=self.Procedure(procedure).label, due=timing.decision_due(self, policy, act.at))

    @step(
        source=State.SUBMITTED,
        target=State.DECLINED,
        label=_("不予受理"),
        by=["secretary"],
        requires=[followed.may_be_turned_away],
        cite="national:10",
        form=forms.ReasonForm,
        judges=True,
        danger=True,
        help=_("理由将告知申请人，本次审查终止。"),
    )
    def decline(self, act: Act, *, reason: str) -> None:
        urgent_timing.triaged(self, act)
        act.say(reason=reason)
        if self.follow_up is not None:
            act.then(self.follow_up, "send_back", reason=reason)
        if self.amends_id is not None:
            settling.come_to_nothing(self, act)
        elif self.moves_project:
            act.then(self.project, "leave_review")

    @step(
        source=sorted(OPEN_STATES),
        target=State.WITHDRAWN,
        label=_("撤回"),
        by=["lead", "successor"],
        requires=[followed.not_owed, no_appeal_pending],
        form=forms.ReasonForm,
        danger=True,
        help=_("撤回后本次审查终止；如需继续，应重新申请。"),
    )
    def withdraw(self, act: Act, *, reason: str) -> None:
        if self.item is not None:
            self.item.drop(act.at)
        self.release_reviewers(act)
        if self.clock_runs():
            act.cancel("review.decision")
        act.cancel("review.refer", "review.conclude_by_recheck", urgent_timing.SHARE, urgent_timing.TRIAGE)
        act.cancel(*timing.APPLICANTS, timing.CONFIRM)
        for recheck in self.rechecks.open():
            act.then(recheck, "cancel", reason=reason)
        for recognition in self.recognitions.open():
            act.then(recognition, "lapse")
        if self.amends_id is not None:
            settling.come_to_nothing(self, act)
        settling.drop_assessment(self, act)
        if self.amends_id is None and self.project.state == Project.State.UNDER_REVIEW:
            act.then(self.project, "leave_review")
