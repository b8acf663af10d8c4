"""What a department's report sums up: each committee's figures once, by unit for a city, by city for a province; and
what the department itself did.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import translation

from ethicsreview.accounts.regions import city_of, region_name, territory_prefix
from reviews.models.annual.duties import duties_of
from reviews.models.annual.figures import year_of
from reviews.models.annual.kinds import HANDED_IN, AnnualState, Level
from reviews.rules.annual import total

if TYPE_CHECKING:
    from reviews.models.annual.report import AnnualReport

SIGNED = (AnnualState.SIGNED, *HANDED_IN)


@dataclass(frozen=True)
class Sum:
    figures: dict[str, int]
    parts: list[dict[str, Any]]
    groups: list[dict[str, Any]]


def parts_of(report: "AnnualReport") -> "QuerySet[AnnualReport]":
    """Of a city its committees' reports; of a province its cities', and the committees' of cities that have none."""
    below = type(report).objects.filter(
        year=report.year, region__startswith=territory_prefix(report.region), state__in=HANDED_IN
    )
    single = below.filter(level=Level.COMMITTEE)
    if report.level == Level.CITY:
        return single
    counted_by_city = Q(pk__in=[])
    for region in reporting_cities(report):
        counted_by_city |= Q(level=Level.COMMITTEE, region__startswith=territory_prefix(region))
    return below.filter(level__in=[Level.COMMITTEE, Level.CITY]).exclude(counted_by_city)


def reporting_cities(report: "AnnualReport") -> list[str]:
    """The cities of a province that report for themselves: what is theirs is counted by them alone."""
    if report.level != Level.PROVINCE:
        return []
    cities = type(report).objects.filter(year=report.year, level=Level.CITY)
    inside = cities.filter(region__startswith=territory_prefix(report.region))
    return list(inside.order_by("region").values_list("region", flat=True))


def sum_up(report: "AnnualReport") -> Sum:
    parts = list(parts_of(report).select_related("institution", "body").order_by("region", "pk"))
    own = duties_of(report.region, *year_of(report.year), but=reporting_cities(report))
    grouped: dict[tuple[str, str], list[dict[str, int]]] = defaultdict(list)
    for part in parts:
        grouped[_group(report, part)].append(part.figures)
    return Sum(
        figures=total([*(part.figures for part in parts), own]),
        parts=[{"ref": part.ref, "digest": part.digest} for part in parts],
        groups=[{"key": key, "name": name, "figures": total(of)} for (key, name), of in sorted(grouped.items())],
    )


def _group(report: "AnnualReport", part: "AnnualReport") -> tuple[str, str]:
    """Key and name. A centre has no unit, and stands for itself."""
    if report.level == Level.CITY:
        owner = part.institution or part.body
        return owner.ref, owner.name
    city = city_of(part.region)
    with translation.override("zh-hans"):
        return city, region_name(city)


def signed_sum_with(report: "AnnualReport") -> "AnnualReport | None":
    """The signed report of a department that counts this one."""
    above = type(report).objects.filter(year=report.year, state__in=SIGNED).exclude(level=Level.COMMITTEE)
    places = [city_of(report.region), report.region[:2] + "0000"]
    for one in above.filter(region__in=places).exclude(pk=report.pk).select_related("body").order_by("-region"):
        if any(part["ref"] == report.ref for part in one.parts):
            return one
    return None
