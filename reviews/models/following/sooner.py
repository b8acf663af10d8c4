"""A follow-up that the committee wants sooner than it was scheduled, as a decision on an amendment may say."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.steps import CONSEQUENCE, step

REPORT = "follow_up.report"


class Sooner(Lifecycle):
    class Meta:
        abstract = True

    if TYPE_CHECKING:
        due_on: date
        report_from: date
        review: Any

    @step(source="scheduled", target=None, label=_("提前跟踪审查"), by=[CONSEQUENCE], cite="national:19")
    def bring_forward(self, act: Act, *, due_on: date, decision: str) -> None:
        """Never later than it was: the day moves by a decision, and only forward."""
        from reviews.models.reviewing import timing

        policy = self.review.policy_at(act.at)
        self.due_on = due_on
        self.report_from = due_on - timedelta(days=policy.value("follow_up.lead_days"))
        act.cancel(REPORT)
        act.start(REPORT, **timing.follow_up(self.review, due_on, policy))
        act.record(due_on=due_on.isoformat(), decision=decision)
