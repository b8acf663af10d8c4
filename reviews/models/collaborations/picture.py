"""One picture of a collaboration for every face: who has decided, who is late, who differs and in what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Avg, Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.documents.models import Letter
from ethicsreview.ui.charts import Chart
from ethicsreview.ui.keyset import page
from reviews.models.collaborations.collaboration import Collaboration
from reviews.models.collaborations.confirming import position
from reviews.models.collaborations.participation import DECIDED, GONE, WAITING, Participation, State
from reviews.rules.agreement import share_in_agreement

# What the chart of timeliness groups by, in days; no text has numbers, these only divide the axis.
STEPS = (7, 15, 30)
DIFFERENCES = {
    "conclusion": gettext_lazy("审查结论"),
    "requirements": gettext_lazy("修改要求"),
    "conditions": gettext_lazy("附带条件"),
    "interval": gettext_lazy("跟踪审查间隔"),
}


@dataclass(frozen=True)
class Measures:
    """How a collaboration stands: what Shandong 8 asks of it, consistency and timeliness."""

    units: int
    waiting: int
    agreed: int
    differing: int
    gone: int
    late: int
    flagged: int
    average_days: float | None
    longest_days: int | None
    steps: tuple[tuple[str, int, int], ...]  # words, agreed, differing

    @property
    def decided(self) -> int:
        return self.agreed + self.differing

    @property
    def agreement(self) -> int | None:
        return share_in_agreement(self.agreed, self.decided)


def measure(collaboration: Collaboration, at: datetime) -> Measures:
    """One query, however many units take part."""
    rows: Any = collaboration.participations.order_by()
    agreed, differing = Q(state=State.AGREED), Q(state=State.DIFFERING)
    bounds = [*zip((-1, *STEPS), STEPS, strict=False), (STEPS[-1], None)]
    counted: dict[str, Any] = {}
    for place, (above, upto) in enumerate(bounds):
        within = Q(days__gt=above) & (Q(days__lte=upto) if upto is not None else Q())
        counted |= {f"agreed_{place}": Count("pk", filter=within & agreed)}
        counted |= {f"differing_{place}": Count("pk", filter=within & differing)}
    found = rows.aggregate(
        units=Count("pk", filter=~Q(state__in=GONE)),
        waiting=Count("pk", filter=Q(state__in=WAITING)),
        agreed=Count("pk", filter=agreed),
        differing=Count("pk", filter=differing),
        gone=Count("pk", filter=Q(state__in=GONE)),
        late=Count("pk", filter=late(at)),
        flagged=Count("pk", filter=~Q(lead_change="") & ~Q(state__in=GONE)),
        average_days=Avg("days", filter=Q(state__in=DECIDED)),
        longest_days=Max("days", filter=Q(state__in=DECIDED)),
        **counted,
    )
    words = [_("%(days)d天以内") % {"days": STEPS[0]}]
    words += [_("%(above)d至%(upto)d天") % {"above": a + 1, "upto": b} for a, b in pairwise(STEPS)]
    words.append(_("%(days)d天以上") % {"days": STEPS[-1]})
    steps = tuple(
        (word, found.pop(f"agreed_{place}"), found.pop(f"differing_{place}")) for place, word in enumerate(words)
    )
    return Measures(**found, steps=steps)


def late(at: datetime) -> Q:
    """Whose answer or decision is overdue."""
    return Q(state__in=WAITING, next_due_at__lt=at)


def differing_in(one: Participation) -> list[str]:
    """In what a unit differs, in words."""
    return [str(DIFFERENCES[name]) for name in one.differences]


# How the picture is narrowed: the words and the rows of each.
SIDES: dict[str, tuple[Any, Any]] = {
    "waiting": (gettext_lazy("尚未决定"), lambda at: Q(state__in=WAITING)),
    "late": (gettext_lazy("已逾期"), late),
    "agreed": (gettext_lazy("一致"), lambda at: Q(state=State.AGREED)),
    "differing": (gettext_lazy("不一致"), lambda at: Q(state=State.DIFFERING)),
    "flagged": (gettext_lazy("须就变更重新决定"), lambda at: ~Q(lead_change="") & ~Q(state__in=GONE)),
    "gone": (gettext_lazy("未参加"), lambda at: Q(state__in=GONE)),
}
SIZE = 30


@dataclass(frozen=True)
class Row:
    """One unit as the picture draws it."""

    one: Participation
    differs_in: tuple[str, ...]
    late: bool

    @property
    def reasons(self) -> str:
        decision = self.one.decision
        return decision.reasons if decision is not None and self.differs_in else ""


@dataclass(frozen=True)
class LeadDecision:
    """What the others confirm: the decision, its version by digest, its letter once it is set."""

    decision: Any
    letter: Any
    requirements: tuple[str, ...]
    months: int | None


def lead_decision(collaboration: Collaboration) -> LeadDecision | None:
    decision = collaboration.decision
    if decision is None:
        return None
    found = position(decision)
    return LeadDecision(decision, decision.letter, tuple(sorted(found.requirements)), found.months)


def letter_of(collaboration: Collaboration) -> Letter | None:
    """The lead unit's letter, for whoever may see the collaboration."""
    return collaboration.decision.letter if collaboration.decision is not None else None


def picture(collaboration: Collaboration, asked: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """A page of the units, narrowed by `side`; and the measures. Few queries, however
    many units take part."""
    side, measures = asked.get("side", ""), measure(collaboration, at)
    rows: Any = collaboration.participations.select_related("institution", "local_lead", "decision", "review")
    if side in SIDES:
        rows = rows.filter(SIDES[side][1](at))
    found = page(rows, by=["pk"], cursor=asked.get("cursor", ""), size=SIZE)
    for one in found.rows:
        one.collaboration = collaboration
    return {
        "collaboration": collaboration,
        "measures": measures,
        "page": found,
        "rows": [row_of(one, at) for one in found.rows],
        "side": side,
        "sides": [(key, words, getattr(measures, key)) for key, (words, _rows) in SIDES.items()],
        "lead": lead_decision(collaboration),
        "chart": chart(measures),
    }


def row_of(one: Participation, at: datetime) -> Row:
    overdue = one.state in WAITING and one.next_due_at is not None and one.next_due_at < at
    return Row(one, tuple(differing_in(one)), overdue)


def chart(measures: Measures) -> Chart | None:
    """None before anybody has decided."""
    if not measures.decided:
        return None
    return Chart(
        name="timeliness",
        title=_("自牵头单位决定之日起，各参与单位作出决定用时"),
        labels=[words for words, _agreed, _differing in measures.steps],
        series={
            _("一致"): [agreed for _words, agreed, _differing in measures.steps],
            _("不一致"): [differing for _words, _agreed, differing in measures.steps],
        },
        stacked=True,
        of=_("用时"),
    )
