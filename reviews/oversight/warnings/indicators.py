"""How a place watches each indicator: on or off and why, thresholds, since when; all of it policy."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ethicsreview.accounts.regions import province_of
from ethicsreview.policy import Entry, Policy, policy_for
from reviews.models.warnings.kinds import WATCHED, Indicator, Watch
from reviews.oversight.warnings import of_committees, of_projects
from reviews.oversight.warnings.looking import Look, Measure
from reviews.rules.warnings import Terms

MEASURES: dict[Indicator, Measure] = {
    Indicator.LATE_FOLLOW_UPS: of_committees.LATE_FOLLOW_UPS,
    Indicator.LATE_DEADLINES: of_committees.LATE_DEADLINES,
    Indicator.LATE_EMERGENCIES: of_committees.LATE_EMERGENCIES,
    Indicator.URGENT_SHARE: of_committees.URGENT_SHARE,
    Indicator.UNFIT_COMMITTEE: of_committees.UNFIT_COMMITTEE,
    Indicator.NO_DISSENT: of_committees.NO_DISSENT,
    Indicator.ATTENDANCE: of_committees.ATTENDANCE,
    Indicator.BURSTS: of_committees.BURSTS,
    Indicator.ADVERSE_EVENT_RATE: of_projects.ADVERSE_EVENT_RATE,
    Indicator.ADVERSE_EVENTS: of_projects.ADVERSE_EVENTS,
    Indicator.SUSPENSIONS: of_projects.SUSPENSIONS,
    Indicator.RESUBMISSIONS: of_projects.RESUBMISSIONS,
    Indicator.EARLY_STARTS: of_projects.EARLY_STARTS,
    Indicator.EXPIRING: of_projects.EXPIRING,
}


@dataclass(frozen=True)
class Rule:
    """What the policy of a place says of one indicator. `entry`: the thresholds, with article, certainty and note;
    `switch`: on or off, with the reason where it is off.
    """

    indicator: Indicator
    terms: Terms
    entry: Entry
    switch: Entry

    @property
    def watch(self) -> Watch:
        return WATCHED[self.indicator]

    @property
    def since(self) -> date:
        """The day from which it is watched, or not, as it is now."""
        return max(self.entry.since, self.switch.since) if self.terms.on else self.switch.since

    @property
    def reason(self) -> str:
        """Why it is off; the packs are refused where an off switch has none."""
        return self.switch.note


def policy_of(place: str, at: datetime) -> Policy:
    """`place`: the two digits of a province."""
    return policy_for(region=province_of(place.ljust(6, "0")), at=at)


def rule_of(indicator: Indicator, policy: Policy) -> Rule:
    key = f"warning.{indicator.value}"
    entry, switch = policy.entry(key), policy.entry(f"{key}_on")
    terms = Terms(
        on=switch.value,
        thresholds=tuple(entry.value),
        falling=WATCHED[indicator].falling,
        days=_known(policy, f"{key}_days"),
        least=_known(policy, f"{key}_least"),
    )
    return Rule(indicator, terms, entry, switch)


def _known(policy: Policy, key: str) -> int:
    """Only some indicators look back, or want a least number; for the others the registry has no such question."""
    if key not in policy.library.registry.questions:
        return 0
    found: Any = policy.value(key, default=0)
    return int(found)


def look_of(rule: Rule, place: str, policy: Policy, at: datetime) -> Look:
    return Look(place, at, rule.terms, percent=policy.value("warning.attendance_percent"))
