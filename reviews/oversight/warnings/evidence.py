"""What of a warning's evidence somebody may open: its frozen rows name more than each reader sees elsewhere."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.registry import nouns
from reviews.models import Project
from reviews.oversight.scope import supervised_projects, supervises

Among = Callable[[Any, Standing], "QuerySet[Any]"]
# Members of a committee are known to whoever sees a warning about it.
PERSON = "person"


@dataclass(frozen=True)
class Shown:
    """`name`: of a person, or of a deadline as the code has it. `number`: in the indicator's own sense."""

    noun: str
    ref: str
    name: str
    day: date | None
    number: int | None


def shown_to(rows: Iterable[Mapping[str, Any]], standing: Standing, among: Among) -> list[Shown]:
    """Those of the rows whose object the person may see on this face (`among`), in their order. One query a kind."""
    kept = list(rows)
    refs: dict[str, set[str]] = defaultdict(set)
    for row in kept:
        refs[row["noun"]].add(row["ref"])
    seen = {noun: _seen(noun, wanted, standing, among) for noun, wanted in refs.items()}
    return [
        Shown(
            noun=row["noun"],
            ref=row["ref"],
            name=row.get("name", ""),
            day=date.fromisoformat(row["day"]) if "day" in row else None,
            number=row.get("number"),
        )
        for row in kept
        if row["ref"] in seen[row["noun"]]
    ]


def _seen(noun: str, refs: set[str], standing: Standing, among: Among) -> set[str]:
    if noun == PERSON:
        return refs
    model: Any = nouns().get(noun)
    if model is None:
        return set()
    if model is Project:
        rows: Any = supervised_projects(standing) if supervises(standing) else Project.objects.visible_to(standing)
        if standing.person is not None:
            rows = rows.exclude(pk__in=Project.objects.own(standing.person).values("pk"))
    else:
        rows = among(model, standing)
    return set(rows.filter(ref__in=refs).values_list("ref", flat=True))
