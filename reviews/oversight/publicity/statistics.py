"""Open statistics: decisions by year, city, field, procedure and outcome, from the counters of the overview alone.

Of years that are over: of one that goes on, two looks would tell what came between them.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.regions import city_of, province_of, region_name
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.policy import policy_for
from reviews.models import Counter, Project, Review
from reviews.models.reviewing.decision import Outcome
from reviews.rules.counting import DECIDED
from reviews.rules.suppressing import LEAST, REST, Figure, Path, publishable

LEVELS = ("year", "city", "field", "procedure", "outcome")
LEVEL_NAMES: dict[str, str | Promise] = {
    "year": gettext_lazy("年"),
    "city": gettext_lazy("市"),
    "field": gettext_lazy("领域"),
    "procedure": gettext_lazy("审查程序"),
    "outcome": gettext_lazy("审查决定"),
}
LABELS: dict[str, dict[str, str | Promise]] = {
    "field": dict(Project.Field.choices),
    "procedure": dict(Review.Procedure.choices),
    "outcome": dict(Outcome.choices),
}
YEARS = 20
HOLDS = 3600  # seconds


@dataclass(frozen=True)
class Open:
    """What is published, in the order of the tree; and how many cases a number counts at least."""

    figures: list[Figure]
    least: int
    until: int

    def years(self) -> list[str]:
        return [one.path[0] for one in self.figures if len(one.path) == 1]

    def under(self, path: Path) -> list[Figure]:
        """The parts of a published figure."""
        return [one for one in self.figures if len(one.path) == len(path) + 1 and one.path[:-1] == path]

    def figure(self, path: Path) -> Figure | None:
        return next((one for one in self.figures if one.path == path and not one.is_rest), None)


def statistics(at: datetime) -> Open:
    """Of the years before this one; one question, or none within the hour."""
    this = law_day(at).year
    key = f"public:statistics:{this}"
    found: Open | None = cache.get(key)
    if found is None:
        found = _counted(this, at)
        cache.set(key, found, HOLDS)
    return found


def _counted(this: int, at: datetime) -> Open:
    years = [str(year) for year in range(this - YEARS, this)]
    columns = ("period", "region", "field", "procedure", "detail")
    rows = Counter.objects.filter(measure=DECIDED, period__in=years).values_list(*columns)
    cells: dict[Path, int] = defaultdict(int)
    for year, region, field, procedure, outcome, number in rows.annotate(total=Sum("number")).order_by():
        cells[year, city_of(region), field or "-", procedure or "-", outcome or "-"] += number
    places = {province_of(path[1]) for path in cells} or {""}
    least = max(LEAST, *(policy_for(region=place, at=at).value("statistics.least") for place in places))
    return Open(publishable(cells, least), least, this - 1)


def name_of(level: str, value: str) -> str:
    """A part in words."""
    if value == REST:
        return _("其余（合并）")
    if level == "city":
        return (
            _("%(province)s本级") % {"province": region_name(value)} if value.endswith("0000") else region_name(value)
        )
    return str(LABELS.get(level, {}).get(value, _("未填") if value == "-" else value))
