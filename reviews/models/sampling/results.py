"""What came of a sample: counts by stratum, and how far they speak for the population."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from reviews.models.sampling.kinds import WITH_FINDINGS, ItemState
from reviews.models.sampling.plan import SamplingPlan
from reviews.models.sampling.population import stratum_name
from reviews.rules.sampling import Interval, Stratum, overall, wilson


@dataclass(frozen=True)
class Row:
    """A stratum, or all of them together."""

    name: str
    size: int
    drawn: int
    examined: int
    found: int
    rectified: int
    interval: Interval | None


def results_of(plan: SamplingPlan) -> list[Row]:
    """One row a stratum, and last the whole where there are several; one query. Empty before the draw."""
    counted: Any = (
        plan.items.order_by()
        .values("stratum")
        .annotate(
            drawn=Count("pk"),
            examined=Count("pk", filter=~Q(state=ItemState.DRAWN)),
            found=Count("pk", filter=Q(state__in=WITH_FINDINGS)),
            rectified=Count("pk", filter=Q(state=ItemState.RECTIFIED)),
        )
    )
    by_stratum = {one.pop("stratum"): one for one in counted}
    rows = []
    for name, sizes in sorted(plan.sizes.items()):
        if one := by_stratum.get(name):
            share = one["found"] / one["examined"] if one["examined"] else 0.0
            interval = wilson(share, one["examined"], plan.confidence)
            rows.append(Row(stratum_name(plan, name), sizes["of"], interval=interval, **one))
    return rows


def whole(plan: SamplingPlan, rows: list[Row]) -> Row | None:
    """All strata, each weighed by its size."""
    if not rows:
        return None
    together = {
        key: sum(getattr(row, key) for row in rows) for key in ("size", "drawn", "examined", "found", "rectified")
    }
    strata = [Stratum(row.size, row.examined, row.found) for row in rows]
    return Row("", interval=overall(strata, plan.confidence), **together)
