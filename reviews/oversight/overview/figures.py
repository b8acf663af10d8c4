"""The overview's figures for one person: read from the counters of their territory, however many reviews there are."""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.regions import city_of
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from reviews.models import Change, Counted, Counter, Counting, Project
from reviews.models.counting.kept import Kind
from reviews.models.projects.parties import territory
from reviews.oversight import inspections
from reviews.oversight.overview.drilling import audience, in_region, sees_all
from reviews.oversight.overview.facts import moment, of_projects
from reviews.oversight.overview.spans import Span
from reviews.oversight.warnings.reading import warnings_for
from reviews.rules.counting import (
    BREACH,
    COMMITTEE,
    DAYS,
    DECIDED,
    FOLLOW_UP,
    LATE,
    LISTED,
    OPEN,
    RECEIVED,
    Cell,
    cells,
    quantile,
)

# What has changed and is not yet in the counters is read beside them, up to so many activities, of so many changes.
BESIDE, CHANGES = 100, 1000
TRIES = 3
NAMED = 20
WARNING = "warning"
NOW = (OPEN, LATE, FOLLOW_UP, LISTED)

TURN = Prepared(lambda: Counting.objects.order_by("pk").values_list("turns", "at")[:1])
PENDING = Prepared(lambda: Change.objects.order_by("pk").values_list("kind", "key")[: CHANGES + 1])
OWN = PreparedFor(
    lambda standing: Project.objects.own(standing.person).exclude(state=Project.State.DRAFT).values_list("pk")
)


@dataclass(frozen=True)
class Asked:
    span: Span
    at: datetime
    region: str = ""
    field: str = ""


@dataclass
class Figures:
    """Numbers by what they are of, `numbers[measure, period, city, field]`, each also for all cities ("") and all
    fields; and the same of `cases` one may open.

    `waiting`: more has changed than could be read beside the counters; they say what was so at `counted_at`.
    """

    asked: Asked
    numbers: "Tally[tuple[str, str, str, str]]" = field(default_factory=Tally)
    cases: "Tally[tuple[str, str, str, str]]" = field(default_factory=Tally)
    outcomes: "dict[str, Tally[str]]" = field(default_factory=lambda: defaultdict(Tally))
    days: "dict[tuple[str, str], Tally[int]]" = field(default_factory=lambda: defaultdict(Tally))
    listed: "Tally[str]" = field(default_factory=Tally)
    trend: "Tally[tuple[str, str]]" = field(default_factory=Tally)
    committees: "Tally[tuple[str, str]]" = field(default_factory=Tally)
    warnings: "Tally[str]" = field(default_factory=Tally)
    inspections: "Tally[str]" = field(default_factory=Tally)
    waiting: bool = False
    counted_at: datetime | None = None

    def total(self, measure: str, period: str = "", *, city: str = "", of: str = "", cases: bool = False) -> int:
        """`city` and `of` (a field) narrow it."""
        return (self.cases if cases else self.numbers)[measure, period, city, of]

    def add(self, measure: str, period: str, city: str, of: str, number: int, *, cases: bool = False) -> None:
        found = self.cases if cases else self.numbers
        for place in {city, ""}:
            for about in {of, ""}:
                found[measure, period, place, about] += number

    def quantile(self, period: str, procedure: str, share: float) -> int | None:
        return quantile(self.days[period, procedure], share)

    def cities(self) -> list[str]:
        """Of which something is counted."""
        return sorted(({key[2] for key in self.numbers} | {city for city, _detail in self.committees}) - {""})

    def fields(self) -> list[str]:
        known = {key[3] for key in self.numbers}
        return [one for one in Project.Field.values if one in known]

    @property
    def empty(self) -> bool:
        return not any(self.numbers.values()) and not any(self.committees.values())


def of_territory(standing: Standing) -> Q:
    """Statistics are of every review of the territory."""
    return Q() if sees_all(standing) else territory(standing, "region")


def read(standing: Standing, asked: Asked) -> Figures:
    """Eight questions and, where something waits to be counted, six more."""
    for _try in range(TRIES):
        before = next(iter(TURN()), (0, None))
        figures = Figures(asked, counted_at=before[1])
        beside = _beside(standing, figures)
        rows = [*_kept(standing, asked), *beside]
        if next(iter(TURN()), (0, None))[0] == before[0]:
            break
    else:
        figures.waiting = True
    take = _taking(standing, asked, figures)
    for cell, number in rows:
        take(cell, number)
    return figures


def _kept(standing: Standing, asked: Asked) -> Iterator[tuple[Cell, int]]:
    """Sums in the database, by no more than the page tells apart."""
    compared = {asked.span.name, asked.span.before.name}
    months = [one.name for one in asked.span.months() if one.name not in compared]
    given = {f"month{number}": name for number, name in enumerate(months)} | {
        "now": asked.span.name,
        "before": asked.span.before.name,
        "moment": moment(asked.at),
        "today": law_day(asked.at).isoformat(),
        "day": law_day(asked.at),
    }
    for question in _questions(asked.region, asked.field, len(months)):
        for *cell, number in question(standing, **given):
            measure, period, region, field_, procedure, more = cell
            yield (measure, period, region, field_, procedure, more), number


@lru_cache(maxsize=128)
def _questions(region: str, about: str, months: int) -> tuple[PreparedFor, ...]:
    """Put together once for everybody who stands alike: to do so takes longer than the answers. Each question names its
    measures and periods, with which the index of the counters begins.
    """
    blank = Value("", output_field=CharField())
    compared = [Given("now"), Given("before")]

    def rows(standing: Standing, *, of_field: bool = True) -> "QuerySet[Counter]":
        found = Counter.objects.filter(of_territory(standing) & (in_region(region) if region else Q()))
        return found.filter(field=about) if about and of_field else found

    def counted(standing: Standing) -> "QuerySet[Any, Any]":
        measures = [RECEIVED, DECIDED, *(audience(standing) + one for one in (RECEIVED, DECIDED))]
        found = rows(standing).filter(period__in=compared, measure__in=measures)
        return _summed(found.values_list("measure", "period", "region", "field", blank, "detail"))

    def days(standing: Standing) -> "QuerySet[Any, Any]":
        found = rows(standing).filter(period__in=compared, measure=DAYS)
        return _summed(found.values_list("measure", "period", blank, blank, "procedure", "detail"))

    def trend(standing: Standing) -> "QuerySet[Any, Any]":
        periods = [Given(f"month{number}") for number in range(months)]
        found = rows(standing).filter(measure__in=[RECEIVED, DECIDED], period__in=periods)
        return _summed(found.values_list("measure", "period", blank, blank, blank, blank))

    def now(standing: Standing) -> "QuerySet[Any, Any]":
        """In one question with the warnings and the inspections, which are also of now."""
        whose = audience(standing)
        told = Q(measure__in=[whose + LISTED, COMMITTEE])
        detail = Case(When(told, then=F("detail")), default=blank, output_field=CharField())
        committees = rows(standing, of_field=False).filter(measure=COMMITTEE, period="")
        found = _of_now(rows(standing), whose) | committees
        summed = _summed(found.values_list("measure", "period", "region", "field", blank, detail))
        return summed.union(_warned(standing, region), *inspections.counted(standing, region, Given("day")), all=True)

    return tuple(PreparedFor(build) for build in (counted, days, trend, now))


def _summed(rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    return rows.annotate(total=Sum("number")).order_by()


def _warned(standing: Standing, region: str) -> "QuerySet[Any, Any]":
    """Open warnings that the person sees, by level, in the columns of the counters."""
    blank = Value("", output_field=CharField())
    rows = warnings_for(standing, {"region": region}).order_by()
    columns = (Value(WARNING, output_field=CharField()), blank, "region", blank, blank, "level")
    return rows.values_list(*columns).annotate(total=Count("pk"))


def _of_now(rows: "QuerySet[Counter]", whose: str) -> "QuerySet[Counter]":
    now = Q(measure__in=[OPEN, whose + OPEN, whose + LISTED])
    now |= Q(measure__in=[LATE, whose + LATE], detail__lte=Given("moment"))
    now |= Q(measure__in=[FOLLOW_UP, whose + FOLLOW_UP], detail__lt=Given("today"))
    known = [*NOW, *(whose + one for one in NOW)]
    return rows.filter(now, measure__in=known, period="")


def _beside(standing: Standing, figures: Figures) -> Iterator[tuple[Cell, int]] | list[tuple[Cell, int]]:
    """What the counters are to be changed by, to be right at this moment and for this person."""
    pending = PENDING()
    keys = {key for kind, key in pending if kind == Kind.PROJECT}
    figures.waiting = len(pending) > CHANGES or len(keys) > BESIDE
    if figures.waiting:
        keys = set()
    found: Tally[Cell] = Tally()
    now = of_projects(keys) if keys else {}
    own = set() if standing.person is None else {key for (key,) in OWN(standing)}
    kept: dict[int, dict[str, Any]] = {}
    if keys or own:
        rows = Counted.objects.filter(kind=Kind.PROJECT, key__in=own.union(keys))
        kept = dict(rows.values_list("key", "facts"))
    for key in keys:
        found.update(cells(now.get(key, {})))
        found.subtract(cells(kept.get(key, {})))
    for key in own:
        # Nobody supervises their own: it is among the statistics, and on no list of theirs.
        facts = now.get(key, {}) if key in keys else kept.get(key, {})
        found.subtract(
            {cell: number for cell, number in cells(facts).items() if cell[0].startswith(audience(standing))}
        )
    inside = _inside(standing, figures.asked)
    return [(cell, number) for cell, number in found.items() if number and inside(cell)]


def _inside(standing: Standing, asked: Asked) -> Callable[[Cell], bool]:
    """The same bounds as the question to the database has, for what is read beside it."""
    prefixes = ("",) if sees_all(standing) else tuple(standing.territories(Role.REGULATOR))
    latest, today = moment(asked.at), law_day(asked.at).isoformat()

    def inside(cell: Cell) -> bool:
        measure, _period, region, about, _procedure, detail = cell
        if not region.startswith(prefixes) or asked.field not in ("", about):
            return False
        if asked.region and city_of(region) != city_of(asked.region):
            return False
        if measure.endswith(LATE):
            return detail <= latest
        return detail < today if measure.endswith(FOLLOW_UP) else True

    return inside


def _taking(standing: Standing, asked: Asked, figures: Figures) -> Callable[[Cell, int], None]:
    """Where each counter goes on the page."""
    whose, compared = audience(standing), (asked.span.name, asked.span.before.name)
    months = {one.name for one in asked.span.months()}

    def take(cell: Cell, number: int) -> None:
        measure, period, region, about, procedure, detail = cell
        place = (city_of(region) if region else "", about)
        if measure == WARNING:
            figures.warnings[detail] += number
        elif measure == inspections.INSPECTION:
            figures.inspections[detail] += number
        elif measure == COMMITTEE:
            figures.committees[place[0], detail] += number
        elif measure == DAYS:
            if period in compared:
                figures.days[period, procedure][int(detail)] += number
        elif measure.startswith(whose):
            name = measure.removeprefix(whose)
            if name == LISTED:
                figures.listed[detail] += number
            if period in ("", *compared):
                figures.add(name, period, *place, number, cases=True)
        elif measure in (RECEIVED, DECIDED, *NOW):
            if period in ("", *compared):
                figures.add(measure, period, *place, number)
            if measure == DECIDED and period in compared:
                figures.outcomes[period][detail] += number
            if period in months:
                figures.trend[measure, period] += number

    return take


def out_of_order(standing: Standing, asked: Asked) -> list[Committee]:
    """The committees of the territory that something keeps from reviewing, up to `NAMED` of them."""
    wrong = Counted.objects.filter(kind=Kind.COMMITTEE, facts__breach=True).values("key")
    rows = Committee.objects.filter(of_territory(standing), pk__in=wrong)
    if asked.region:
        rows = rows.filter(in_region(asked.region))
    return list(rows.order_by("region", "name", "pk")[:NAMED])


__all__ = ["BREACH", "Asked", "Figures", "out_of_order", "read"]
