"""Steps by which another committee's decision comes in: of a confirmation 确认审查, and of a recognised result 互认."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.rechecks import timing as recheck_timing
from reviews.models.reviewing.rechecking import CONCLUDE, REFER, Rechecking
from reviews.models.reviewing.states import State


class Confirming(Rechecking):
    """Measures 21, 26; Human Measures 27; Shandong 8."""

    # The lead unit's decision, with the very version it names.
    confirms = models.ForeignKey(
        "reviews.Decision",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="confirmed_by",
        verbose_name=_("所确认的牵头单位决定"),
    )

    class Meta:
        abstract = True

    @property
    def recheck(self) -> Any:
        """Its own; of a confirmation the lead unit's, which was applied for on behalf of all."""
        own = super().recheck
        return self.confirms.review.recheck if own is None and self.confirms is not None else own

    @step(source=State.DRAFT, target=None, label=_("带入牵头单位的材料"), by=[CONSEQUENCE], cite="national:21")
    def carry_lead(self, act: Act, *, before: Any) -> None:
        from reviews.models.collaborations.confirming import carry

        assert self.confirms is not None
        carry(self, self.confirms, before)
        act.record(confirms=self.confirms.number, carried_from=self.confirms.submission_digest)

    @step(
        source=State.ACCEPTED,
        target=RETURN_VALUE(State.APPROVED, State.PRELIMINARILY_PASSED),
        label=_("依认可的结果作出审查决定"),
        by=[CONSEQUENCE],
        cite="national:21",
    )
    def conclude_by_recognition(self, act: Act, *, recognition: Any) -> str:
        """Another committee's result in the place of a vote; of a listed activity, no more than a preliminary pass."""
        from reviews.models.recognitions import concluding

        return concluding.conclude(self, recognition, act)

    @step(
        source=State.PRELIMINARILY_PASSED,
        target=State.IN_RECHECK,
        label=_("收到牵头单位的复核意见"),
        by=[CONSEQUENCE],
        cite="national:26",
    )
    def receive_lead_recheck(self, act: Act, *, result: str) -> None:
        """Measures 26, 32: the lead unit gathered and applied; this committee decides by the same opinion."""
        self.recheck_result = result
        act.record(result=result)
        if self.runs(REFER):
            act.cancel(REFER)
        act.start(CONCLUDE, **recheck_timing.conclude(self, self.policy_at(act.at)))
