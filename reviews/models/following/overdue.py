"""Where a policy says that an overdue follow-up stops the activity by itself (`follow_up.overdue_suspends`).

No text sets a validity period of an approval: without such a policy an overdue follow-up is told, and stops nothing.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import policy_for
from ethicsreview.policy.schema import REGIMES

if TYPE_CHECKING:
    from reviews.models.following.follow_up import FollowUp

SUSPENDS = "follow_up.overdue_suspends"


def to_stop(rows: Any, at: datetime) -> Any:
    """Of `rows` (follow-ups that are owed) those whose activity an overdue report may stop. The step asks each for the
    rules that apply to it: this only spares places where no rule says so, mostly all of them, at the price of nothing.
    """
    day = law_day(at)
    said = policy_for(region="", at=at).library.history(SUSPENDS)
    if not any(entry.value and entry.in_force(day) for entry in said):
        return rows.none()
    late = rows.filter(due_on__lt=day, suspended_at=None, project__state="approved")
    regions = late.order_by().values_list("review__committee__region", flat=True).distinct()
    return late.filter(review__committee__region__in=[region for region in regions if _says_so(region, at)])


def _says_so(region: str, at: datetime) -> bool:
    policies = (policy_for(region=region, regimes={regime}, at=at) for regime in REGIMES)
    return any(policy.value(SUSPENDS, default=False) for policy in policies)


def policy_stops(follow_up: "FollowUp", act: Act) -> Iterator[Refusal]:
    entry = follow_up.policy_at(act.at).entry(SUSPENDS)
    if not entry.value:
        yield Refusal("not_by_itself", _("规则没有规定跟踪审查逾期自动暂停科技活动"), cite=entry.cite)


def overdue(follow_up: "FollowUp", act: Act) -> Iterator[Refusal]:
    if law_day(act.at) <= follow_up.due_on or follow_up.suspended_at is not None:
        yield Refusal("not_overdue", _("跟踪审查没有逾期"), cite="national:19")
    if follow_up.project.state != "approved":
        words = {"state": follow_up.project.get_state_display()}
        yield Refusal("project_state", _("科技活动现为“%(state)s”，没有可以暂停的"), words, "national:19")
