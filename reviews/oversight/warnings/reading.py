"""The warnings that somebody follows: narrowed, counted, and each indicator with how it is watched in their places."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.regions import region_name
from ethicsreview.accounts.standing import Standing
from reviews.models import IndicatorWatch, RiskWarning
from reviews.models.warnings.kinds import OPEN, Indicator, Level
from reviews.oversight.registers.rows import within
from reviews.oversight.warnings.evaluating import places
from reviews.oversight.warnings.indicators import Rule, policy_of, rule_of

READERS = (Role.REGULATOR, Role.OPERATOR, Role.SECRETARY, Role.CHAIR, Role.INSTITUTION_OFFICER)
UNSETTLED, EVERY = "open", "all"
PROVINCE = 2


def follows(standing: Standing) -> bool:
    """Who has anything to do with warnings."""
    return standing.sees_everyone or standing.holds(*READERS)


def warnings_for(standing: Standing, asked: Mapping[str, str]) -> "QuerySet[RiskWarning]":
    """Those that are not settled, where nothing else is asked for."""
    rows: QuerySet[RiskWarning] = RiskWarning.objects.visible_to(standing)
    state = asked.get("state") or UNSETTLED
    if state == UNSETTLED:
        rows = rows.filter(state__in=OPEN)
    elif state != EVERY:
        rows = rows.filter(state=state)
    for name in ("indicator", "level"):
        if value := asked.get(name):
            rows = rows.filter(**{name: value})
    if region := asked.get("region"):
        rows = rows.filter(within("region", region))
    return rows


def open_by_indicator(rows: "QuerySet[RiskWarning]") -> dict[str, Counter[str]]:
    """Of the open ones among the rows, how many of each level; one query."""
    found: dict[str, Counter[str]] = {}
    counted = rows.filter(state__in=OPEN).order_by().values_list("indicator", "level").annotate(n=Count("pk"))
    for indicator, level, number in counted:
        found.setdefault(indicator, Counter())[level] += number
    return found


@dataclass(frozen=True)
class Watched:
    """An indicator in one province: its rule, how far its evaluation is, and how many open warnings the reader sees."""

    rule: Rule
    progress: IndicatorWatch | None
    open: int

    @property
    def levels(self) -> list[tuple[Level, int]]:
        return list(zip(Level, self.rule.terms.thresholds, strict=False))

    @property
    def indicator(self) -> Indicator:
        return self.rule.indicator


@dataclass(frozen=True)
class PlaceWatched:
    name: str
    place: str
    indicators: list[Watched]


def watched_by(standing: Standing, at: datetime) -> list[PlaceWatched]:
    """Every indicator in every province that concerns the reader, on or off: none is silently off. Three queries."""
    found = sorted(_places(standing))
    rows = IndicatorWatch.objects.filter(place__in=found)
    progress = {(one.indicator, one.place): one for one in rows}
    open_: Counter[tuple[str, str]] = Counter()
    mine = RiskWarning.objects.visible_to(standing).filter(state__in=OPEN).order_by()
    for indicator, region, number in mine.values_list("indicator", "region").annotate(n=Count("pk")):
        open_[indicator, region[:PROVINCE]] += number
    told = []
    for place in found:
        policy = policy_of(place, at)
        indicators = [
            Watched(rule_of(one, policy), progress.get((one.value, place)), open_[one.value, place])
            for one in Indicator
        ]
        told.append(PlaceWatched(region_name(place.ljust(6, "0")), place, indicators))
    return told


def _places(standing: Standing) -> set[str]:
    if standing.sees_everyone:
        return set(places())
    prefixes = set(standing.territories(Role.REGULATOR))
    if "" in prefixes:
        return set(places())
    return {one[:PROVINCE] for one in prefixes} | {
        held.region[:PROVINCE] for held in standing.held if held.role in READERS
    }
