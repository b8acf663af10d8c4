"""The words of a complaint, and the catalogue of offences and measures, which the policy packs hold."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ethicsreview.accounts.regions import cities, provinces, region_name
from ethicsreview.policy import Policy, policy_for
from ethicsreview.policy.words import said

# The key of each catalogue; what is chosen of it is kept as "side.code".
OFFENCES = {"applicant": "sanction.offences_applicant", "committee": "sanction.offences_committee"}
MEASURES = ("sanction.kinds", "sanction.kinds_national")
# What research-misconduct rules know besides ethics: what is false, and who helped to make it so (CI-11).
MISCONDUCT = frozenset({"applicant.fraud", "committee.helping_fraud"})


class ComplaintState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("complaint", "待处理")
    ACCEPTED = "accepted", pgettext_lazy("complaint", "调查中")
    DECLINED = "declined", pgettext_lazy("complaint", "不予受理")
    TRANSFERRED = "transferred", pgettext_lazy("complaint", "已移送")
    CLOSED = "closed", pgettext_lazy("complaint", "已办结")


class Track(models.TextChoices):
    ETHICS = "ethics", _("科技伦理违规")
    MISCONDUCT = "misconduct", _("科研失信行为")


class Receiver(models.TextChoices):
    """To whom a matter is handed over (Shandong 14)."""

    DISCIPLINE = "discipline", _("涉嫌违反党纪政纪")
    CRIME = "crime", _("涉嫌违法犯罪")
    COMPETENT = "competent", _("属于其他机关管辖")


def track_of(category: str) -> str:
    return Track.MISCONDUCT if category in MISCONDUCT else Track.ETHICS


def offences(at: datetime, region: str = "") -> list[tuple[str, str]]:
    """("applicant.fraud", "…") of the day; those of committees say so, since both sides have an “other”."""
    policy = policy_for(region=region, at=at)
    found = []
    for side, key in OFFENCES.items():
        entry = policy.entry(key)
        words = _("委员会和委员：%(offence)s") if side == "committee" else "%(offence)s"
        found += [(f"{side}.{code}", words % {"offence": said(entry.question.choices[code])}) for code in entry.value]
    return found


def offence_name(code: str, at: datetime, region: str = "") -> str:
    return dict(offences(at, region)).get(code, code)


def offence_cite(code: str, policy: Policy) -> str:
    return policy.entry(OFFENCES[code.split(".")[0]]).cite


def measures(policy: Policy) -> dict[str, tuple[str, str]]:
    """{"ban": (name, citation)}: those the place's rules name, and what the Measures allow besides."""
    found: dict[str, tuple[str, str]] = {}
    for key in MEASURES:
        entry: Any = policy.entry(key)
        for code in entry.value:
            found.setdefault(code, (said(entry.question.choices[code]), entry.cite))
    return found


def places() -> list[tuple[str, Any]]:
    """Where it happened: the cities we know by name, and beside them every province."""
    return [
        (name, [(code, name), *((city, region_name(city)) for city in cities(code))])
        for code, name in provinces().items()
    ]
