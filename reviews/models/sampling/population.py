"""The population of a sample: the results of high-risk reviews of a territory, and its exemptions where they count too.

Sichuan 10 speaks of the results (审查结果) of high-risk activities: a review that was approved, rejected or concluded
with an opinion. One that is still to be modified or re-checked has no result yet. All of these a regulator sees anyway.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from ethicsreview.accounts.regions import city_of, region_name, territory_prefix
from reviews.models.exemptions.exemption import Exemption
from reviews.models.reviewing.review import Review
from reviews.models.reviewing.states import State
from reviews.models.sampling.kinds import Strata, UnitKind
from reviews.rules.sampling import Unit, numbered

if TYPE_CHECKING:
    from reviews.models.sampling.plan import SamplingPlan

RESULTS = (State.APPROVED, State.REJECTED, State.CONCLUDED)
ALL, EXEMPT = "all", "exempt"


class SampleUnit(models.Model):
    """One line of a frozen population. Written once, by `freeze`; `mark` and the digest in the trail keep it so."""

    plan = models.ForeignKey("reviews.SamplingPlan", models.PROTECT, related_name="units")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=UnitKind.choices)
    ref = models.CharField(max_length=20)
    stratum = models.CharField(max_length=20)
    mark = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "place"], name="sample_unit_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.ref}"


def population_of(plan: "SamplingPlan") -> list[Unit]:
    """What belongs to it now, in the order in which it would be frozen. Two queries, whatever its size."""
    prefix = territory_prefix(plan.authority.region) if plan.authority.level != "national" else ""
    found: list[tuple[str, str, str]] = []
    reviews = Review.objects.filter(
        Q(listed=True) | Q(assessment__high_risk=True),
        state__in=RESULTS,
        project__region__startswith=prefix,
        **_within("concluded_at", plan.since, plan.until),
    )
    if plan.procedure:
        reviews = reviews.filter(procedure=plan.procedure)
    columns = ("ref", "regimes", "procedure", "state", "project__region")
    for ref, regimes, procedure, state, region in reviews.order_by("pk").values_list(*columns):
        if not plan.regime or plan.regime in regimes:
            found.append((UnitKind.REVIEW.value, ref, _stratum(plan, region, procedure, state)))
    if plan.exemptions:
        exempt = Exemption.objects.granted(plan.since, plan.until).filter(project__region__startswith=prefix)
        found += [
            (UnitKind.EXEMPTION.value, one.ref, _stratum(plan, one.project.region, EXEMPT, EXEMPT))
            for one in exempt.order_by("pk").select_related("project", "assessment")
            if not plan.regime or plan.regime in one.assessment.conclusions.regimes
        ]
    return numbered(found)


def _within(path: str, since: date, until: date) -> dict[str, Any]:
    return {f"{path}__date__gte": since, f"{path}__date__lte": until}


def _stratum(plan: "SamplingPlan", region: str, procedure: str, state: str) -> str:
    return {
        Strata.NONE: ALL,
        Strata.CITY: city_of(region),
        Strata.PROCEDURE: procedure or "general",
        Strata.RESULT: state,
    }[Strata(plan.strata)]


def stratum_name(plan: "SamplingPlan", stratum: str) -> str:
    """In the reader's words."""
    if stratum == EXEMPT:
        return str(UnitKind.EXEMPTION.label)
    names: dict[str, Any] = {
        Strata.NONE: {ALL: Strata.NONE.label},
        Strata.PROCEDURE: dict(Review.Procedure.choices),
        Strata.RESULT: dict(State.choices),
    }.get(Strata(plan.strata), {})
    return str(names.get(stratum, "")) or region_name(stratum) or stratum


def frozen_units(plan: "SamplingPlan") -> list[Unit]:
    rows = SampleUnit.objects.filter(plan=plan).order_by("place")
    return [Unit(*row) for row in rows.values_list("place", "kind", "ref", "stratum", "mark")]
