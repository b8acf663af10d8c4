"""The overview as its page and its file show it: each number with the one before it, and the cases behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ethicsreview.accounts.regions import region_name
from ethicsreview.ui.charts import Chart
from reviews.models import Outcome, Project, Review
from reviews.models.reviewing.states import State
from reviews.models.warnings.kinds import Level
from reviews.oversight.inspections import OVERDUE, UNDER
from reviews.oversight.overview.drilling import Drill
from reviews.oversight.overview.figures import Asked, Figures
from reviews.oversight.overview.spans import LENGTH, Span
from reviews.rules.counting import BREACH, DECIDED, FOLLOW_UP, IN_ORDER, LATE, LISTED, OPEN, RECEIVED

MEASURES: dict[str, str | Promise] = {
    RECEIVED: pgettext_lazy("overview", "收到"),
    DECIDED: pgettext_lazy("overview", "作出决定"),
    OPEN: pgettext_lazy("overview", "在办"),
    LATE: pgettext_lazy("overview", "逾期未决"),
    FOLLOW_UP: pgettext_lazy("overview", "跟踪审查逾期"),
}
SPANNED = (RECEIVED, DECIDED)
KINDS = {"month": gettext_lazy("按月"), "quarter": gettext_lazy("按季度"), "year": gettext_lazy("按年")}
HALF, MOST = 0.5, 0.9
CITIES_DRAWN = 20


class Narrowing(forms.Form):
    """City and field; a value that is not offered is ignored."""

    region = forms.ChoiceField(label=gettext_lazy("地区"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("领域"), required=False)

    def __init__(self, *args: Any, cities: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["region"].choices = [("", _("全部")), *[(code, city_name(code)) for code in cities]]
        fields["field"].choices = [("", _("全部")), *Project.Field.choices]
        for one in fields.values():
            one.needed = True  # a filter is not drawn as an optional answer


def city_name(code: str) -> str:
    return region_name(code) or _("未写明地区")


@dataclass(frozen=True)
class Number:
    """`before`: the same of the period before, where it has one. `cases` one may open, listed at `url`."""

    label: str
    value: int
    before: int | None = None
    cases: int = 0
    url: str = ""
    of: str = ""

    @property
    def change(self) -> str:
        if self.before is None:
            return ""
        return f"{self.value - self.before:+d}" if self.value != self.before else _("持平")


@dataclass(frozen=True)
class Line:
    name: str
    numbers: list[Number]


@dataclass(frozen=True)
class Speed:
    """Days from acceptance to decision: the median, and within how many nine of ten were decided."""

    name: str
    decided: int
    half: int | None
    most: int | None
    half_before: int | None
    most_before: int | None


class Overview:
    urgent = (LATE, FOLLOW_UP, BREACH)

    def __init__(self, figures: Figures) -> None:
        self.figures, self.asked = figures, figures.asked

    @property
    def span(self) -> Span:
        return self.asked.span

    def query(self, **changed: str) -> str:
        given = {"span": self.span.name, "region": self.asked.region, "field": self.asked.field, **changed}
        return "?" + urlencode({name: value for name, value in given.items() if value})

    @cached_property
    def kinds(self) -> list[tuple[str | Promise, str, bool]]:
        """The same day by month, by quarter, by year."""
        return [
            (KINDS[kind], self.query(span=Span.around(kind, self.span.first).name), kind == self.span.kind)
            for kind in LENGTH
        ]

    @property
    def earlier(self) -> str:
        return self.query(span=self.span.before.name)

    @property
    def later(self) -> str:
        """Empty where nothing has happened yet."""
        return self.query(span=self.span.after.name) if self.span.ends <= self.asked.at else ""

    def number(self, measure: str, *, city: str = "", of: str = "") -> Number:
        span = self.span.name if measure in SPANNED else ""
        before = self.span.before.name if span else ""
        total = self.figures.total
        drill = Drill(of=measure, span=span, region=city or self.asked.region, field=of or self.asked.field)
        return Number(
            label=str(MEASURES[measure]),
            value=total(measure, span, city=city, of=of),
            before=total(measure, before, city=city, of=of) if span else None,
            cases=total(measure, span, city=city, of=of, cases=True),
            url=f"{reverse('desk:cases')}?{drill.query}",
            of=measure,
        )

    @cached_property
    def totals(self) -> list[Number]:
        return [self.number(measure) for measure in MEASURES]

    @cached_property
    def by_city(self) -> list[Line]:
        cities = self.figures.cities()
        wrong = self.figures.committees
        return [
            Line(
                city_name(one),
                [
                    *(self.number(measure, city=one) for measure in MEASURES),
                    Number(_("不合规定的委员会"), wrong[one, BREACH], of=BREACH),
                ],
            )
            for one in cities
        ]

    @cached_property
    def by_field(self) -> list[Line]:
        labels = dict(Project.Field.choices)
        return [
            Line(str(labels[one]), [self.number(measure, of=one) for measure in MEASURES])
            for one in self.figures.fields()
        ]

    @cached_property
    def speeds(self) -> list[Speed]:
        now, before, quantile = self.span.name, self.span.before.name, self.figures.quantile
        return [
            Speed(
                str(label),
                sum(self.figures.days[now, key].values()),
                quantile(now, key, HALF),
                quantile(now, key, MOST),
                quantile(before, key, HALF),
                quantile(before, key, MOST),
            )
            for key, label in Review.Procedure.choices
        ]

    @cached_property
    def outcomes(self) -> list[Number]:
        now, before = (self.figures.outcomes[span.name] for span in (self.span, self.span.before))
        return [Number(str(label), now[key], before[key]) for key, label in Outcome.choices if now[key] or before[key]]

    @cached_property
    def listed(self) -> list[Number]:
        found = []
        for key, label in State.choices:
            if number := self.figures.listed[key]:
                drill = Drill(of=LISTED, state=key, region=self.asked.region, field=self.asked.field)
                url = f"{reverse('desk:cases')}?{drill.query}"
                found.append(Number(str(label), number, cases=number, url=url))
        return found

    @cached_property
    def committees(self) -> tuple[int, int]:
        """How many are at work, and how many of them something keeps from reviewing."""
        found = self.figures.committees
        wrong = sum(number for (_city, detail), number in found.items() if detail == BREACH)
        return wrong + sum(number for (_city, detail), number in found.items() if detail == IN_ORDER), wrong

    @cached_property
    def warnings(self) -> list[tuple[Level, int]]:
        """Open ones that the reader sees, by level."""
        return [(level, self.figures.warnings[level.value]) for level in Level]

    @cached_property
    def inspections(self) -> tuple[int, int]:
        """Not concluded; and things that should have been put right before today. As far as the reader sees them."""
        return self.figures.inspections[UNDER], self.figures.inspections[OVERDUE]

    @cached_property
    def charts(self) -> list[Chart]:
        months = self.span.months()
        drawn = [
            Chart(
                "trend",
                _("十二个月内收到的审查和作出的决定"),
                [one.name for one in months],
                {
                    str(MEASURES[measure]): [self.figures.trend[measure, one.name] for one in months]
                    for measure in SPANNED
                },
                kind="line",
                of=_("月份"),
            )
        ]
        if len(self.by_city) > 1:
            shown = self.by_city[:CITIES_DRAWN]
            places = {measure: place for place, measure in enumerate(MEASURES)}
            series = {
                str(MEASURES[measure]): [line.numbers[places[measure]].value for line in shown]
                for measure in (OPEN, LATE)
            }
            drawn.append(
                Chart("cities", _("各地在办和逾期未决的审查"), [line.name for line in shown], series, of=_("地区"))
            )
        return drawn


def narrowed_by(drill: Drill, at: datetime) -> list[str]:
    """What a list of cases is narrowed to, in words."""
    labels = {**MEASURES, LISTED: _("清单内科技活动")}
    words = [str(labels[drill.of])] if drill.of else []
    if drill.of in SPANNED:
        words.append(Span.named(drill.span, at).words)
    if drill.of == LISTED and drill.state:
        words.append(str(State(drill.state).label))
    if drill.region:
        words.append(city_name(drill.region))
    if drill.field:
        words.append(str(Project.Field(drill.field).label))
    return words


def lines_of(overview: Overview) -> Iterable[list[Any]]:
    """The whole overview as rows: section, of what, what, number, the number before, cases one may open."""
    for section, lines in (
        (_("合计"), [Line("", overview.totals)]),
        (_("按地区"), overview.by_city),
        (_("按领域"), overview.by_field),
    ):
        for line in lines:
            for one in line.numbers:
                yield [section, line.name, one.label, one.value, one.before, one.cases]
    for speed in overview.speeds:
        section = _("审查用时")
        yield [section, speed.name, _("中位数（日）"), speed.half, speed.half_before, None]
        yield [section, speed.name, _("九成用时不超过（日）"), speed.most, speed.most_before, None]
    for one in overview.outcomes:
        yield [_("审查决定"), "", one.label, one.value, one.before, None]
    for one in overview.listed:
        yield [_("清单内科技活动"), "", one.label, one.value, None, one.cases]
    for level, number in overview.warnings:
        yield [_("未办结的预警"), "", str(level.label), number, None, None]
    under, overdue = overview.inspections
    yield [_("现场检查"), "", _("未办结"), under, None, None]
    yield [_("现场检查"), "", _("逾期未整改"), overdue, None, None]
    active, wrong = overview.committees
    yield [_("委员会"), "", _("运行中"), active, None, None]
    yield [_("委员会"), "", _("不合规定，不能审查"), wrong, None, None]


HEADER = (
    gettext_lazy("部分"),
    gettext_lazy("分项"),
    gettext_lazy("内容"),
    gettext_lazy("数量"),
    gettext_lazy("上期"),
    gettext_lazy("可查阅的案件"),
)
__all__ = ["HEADER", "Asked", "Narrowing", "Overview", "lines_of"]
