"""The steps of a listed activity's review after its preliminary opinion: to the re-check, and back to a decision."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Authority
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.collaborations import spreading
from reviews.models.rechecks import dossier
from reviews.models.rechecks import timing as recheck_timing
from reviews.models.reviewing import guards
from reviews.models.reviewing import recheck_forms as forms
from reviews.models.reviewing import recheck_guards as own
from reviews.models.reviewing.record import ReviewRecord
from reviews.models.reviewing.states import State

REFER, CONCLUDE = "review.refer", "review.conclude_by_recheck"


class Rechecking(ReviewRecord):
    """Measures 25 to 34; Shandong 11; Sichuan 10."""

    # What the panel answered; empty until it has been delivered.
    recheck_result = models.CharField(
        _("复核结果"),
        max_length=10,
        blank=True,
        editable=False,
        choices=[("agreed", _("同意")), ("disagreed", _("不同意"))],
    )
    # Measures 34: the State's own approval with ethics as a condition; what it is, and the paper that proves it.
    exception = models.JSONField(_("免予复核的认定"), default=dict, blank=True, editable=False)
    recheck_waived = models.BooleanField(_("免予复核"), default=False, editable=False)

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.state == State.IN_RECHECK and self.recheck_result:
            # The panel has answered: now the committee has it.
            self.waiting_for = "secretary"
        if self.state == State.PRELIMINARILY_PASSED and self.project.is_of_one_person:
            self.waiting_for = "lead"

    def capacities(self, standing: Standing) -> set[str]:
        """Measures 13(3), 26: of a person without a unit nobody else applies; they are their unit."""
        found = super().capacities(standing)
        if self.state == State.PRELIMINARILY_PASSED and "lead" in found and self.project.is_of_one_person:
            found.add("own_unit")
        return found

    @step(
        source=State.PRELIMINARILY_PASSED,
        target=State.IN_RECHECK,
        label=_("报请专家复核"),
        by=["institution_officer", "own_unit"],
        requires=[
            dossier.by_lead_unit,
            dossier.gathered,
            dossier.application_whole,
            dossier.opinion_whole,
            dossier.authority_exists,
        ],
        cite="national:26",
        form=forms.ReferForm,
        help=_(
            "由科技活动的承担单位（牵头单位）报请，无单位人员自行报请；材料包括全部申请材料、初步审查意见和其他材料，按已封存的版本报送。"
        ),
    )
    def refer(self, act: Act, *, authority: Authority, note: str) -> None:
        """Measures 26, 27: the unit applies, of several units the lead; the thirty days run from receipt."""
        from reviews.models.rechecks.recheck import CLOCK, Recheck

        policy = dossier.policy_of(self, act.at)
        opinion = dossier.preliminary_opinion(self)
        assert self.submission is not None
        assert opinion is not None
        recheck = Recheck(
            review_id=self.pk,
            authority=authority,
            domains=list(dossier.domains_of(self)),
            submission=self.submission,
            opinion=opinion,
            note=note,
            policy_pin=policy.pin(),
            requested_at=act.at,
        )
        recheck.review = self
        recheck.due_at = recheck_timing.due(recheck, policy)
        offered = act.once("authorities", lambda: dossier.authorities_for(self, act.at))
        recheck.__dict__["beside"] = [one for one in offered if one.pk != authority.pk]
        act.create(recheck)
        act.start(CLOCK, on=recheck, **recheck_timing.opinion(recheck, policy, recheck.due_at))
        if self.runs(REFER):
            act.meet(REFER)
        act.record(
            authority=authority.ref,
            beside=[one.ref for one in recheck.__dict__["beside"]],
            opinion=opinion.number,
            digest=self.submission.digest,
        )
        act.say(authority=authority.name, due=recheck_timing.last_day(recheck.due_at))

    @step(
        source=State.IN_RECHECK,
        target=None,
        label=_("收到复核意见"),
        by=[CONSEQUENCE],
        cite="national:31",
    )
    def receive_recheck(self, act: Act, *, result: str) -> None:
        self.recheck_result = result
        act.record(result=result)
        spreading.rechecked(self, result, act)
        act.start(CONCLUDE, **recheck_timing.conclude(self, self.policy_at(act.at)))

    @step(
        source=State.IN_RECHECK,
        target=RETURN_VALUE(State.APPROVED, State.REJECTED),
        label=_("依复核意见作出审查决定"),
        by=["chair", "secretary"],
        requires=[own.recheck_delivered, guards.version_intact, own.opinion_on_this_version],
        cite="national:32",
        form=forms.ConcludeForm,
        judges=True,
        help=_("委员会根据复核意见作出决定，结果由复核意见得出，不能填写。"),
    )
    def conclude_by_recheck(self, act: Act, *, reasons: str, follow_up_months: int | None) -> str:
        """Measures 32: the committee decides by the re-check. Nobody enters an outcome."""
        from reviews.models.rechecks import conclusion as recheck_conclusion

        return recheck_conclusion.by_recheck(self, act, reasons=reasons, months=follow_up_months)

    @step(
        source=State.PRELIMINARILY_PASSED,
        target=None,
        label=_("认定是否免予复核"),
        by=["chair", "secretary"],
        requires=[own.exception_exists, own.is_listed],
        cite="national:34",
        form=forms.ExceptionForm,
        judges=True,
        help=_(
            "国家已对该科技活动实行行政审批，并将符合科技伦理要求作为审批条件的，可以不再复核；应有依据和证明文件。"
        ),
    )
    def determine_exception(self, act: Act, *, excepted: str, **found: Any) -> None:
        """Measures 34: determined with its ground and its evidence, or that it does not hold."""
        if excepted == "no":
            self.exception = {}
            return
        evidence = found.pop("evidence")
        self.exception = {
            **found,
            "granted_on": found["granted_on"].isoformat(),
            "document": evidence.document.ref,
            "document_number": evidence.number,
            "digest": evidence.digest,
            "by": act.actor.username,
            "name": act.actor.name,
            "at": act.at.isoformat(),
        }
        act.record(exception=self.exception)

    @step(
        source=State.PRELIMINARILY_PASSED,
        target=State.APPROVED,
        label=_("依行政审批作出审查决定"),
        by=["chair", "secretary"],
        requires=[own.exception_exists, own.exception_determined, own.by_another, guards.version_intact],
        cite="national:34",
        form=forms.ConcludeForm,
        judges=True,
        help=_("免予复核须由两人办理：作出认定的人不能同时作出决定。"),
    )
    def conclude_by_exception(self, act: Act, *, reasons: str, follow_up_months: int | None) -> None:
        """Measures 34, 16: the preliminary opinion becomes the decision, on the ground that was determined."""
        from reviews.models.rechecks import conclusion as recheck_conclusion

        self.recheck_waived = True
        recheck_conclusion.by_exception(self, act, reasons=reasons, months=follow_up_months)

    def runs(self, kind: str) -> bool:
        from ethicsreview.deadlines.models import Deadline

        return Deadline.objects.of(self).open().filter(kind=kind).exists()

    @property
    def recheck(self) -> Any:
        """The latest re-check; None before the first."""
        return self.rechecks.order_by("-pk").first()
