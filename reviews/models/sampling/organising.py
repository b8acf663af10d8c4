"""Who samples: where a text in force gives it to certain departments, others may draw up a plan and not publish it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import policy_for
from ethicsreview.policy.words import said
from reviews.rules.recheck_routing import organises


def ordered(authority: Authority, at: datetime) -> bool:
    """Whether a text in force in its region orders samples: without one, none can be published."""
    return bool(policy_for(region=authority.region, at=at).value("sampling.required", default=False))


def others_organise(authority: Authority, at: datetime) -> Refusal | None:
    """Sichuan 10 gives it to the departments of the province."""
    policy = policy_for(region=authority.region, at=at)
    if not policy.has("sampling.organised_by"):
        return None
    entry = policy.entry("sampling.organised_by")
    if organises(authority.level, entry.value):
        return None
    who = "、".join(said(entry.question.choices[key]) for key in entry.value)
    return Refusal("not_organiser", _("抽查复核由%(who)s组织，本部门不能公布计划"), {"who": who}, entry.cite)
