"""Deadlines of which somebody may see some: read by an index first, and then asked which of those few they may see.

The other way round, every object that the person may see is looked for before the first deadline is read, which takes
as long as there are reviews.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value

from ethicsreview.deadlines.models import DeadlineQuerySet
from ethicsreview.deadlines.obligations import lists
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.registry import nouns

# The objects of a kind that somebody is shown.
Sight = Callable[[type[Lifecycle]], "QuerySet[Any]"]
# Which object's filter decides: its kind and its reference.
Object = tuple[str, str]
# What has no lifecycle of its own is seen by whoever sees what it belongs to.
BELONGS = {"membership": "committee", "member": "committee", "declaration": "committee"}
# So many more than are asked for are looked at: some may not be seen.
SPARE = 60


@dataclass(frozen=True)
class Watched:
    """Of `rows`, those of objects that `sight` shows; without a sight, all."""

    rows: DeadlineQuerySet
    sight: Sight | None

    def within(self, **terms: Any) -> "Watched":
        return replace(self, rows=self.rows.filter(**terms))

    @property
    def seen(self) -> DeadlineQuerySet:
        """All of them, as one question; it costs as much as there is to be seen."""
        return self._seen(self.rows)

    def first(self, *asked: "tuple[QuerySet[Any, Any], int]") -> list[list[Any]]:
        """Of each of these parts of `rows`, which have their order, so many of the first that are seen.

        One query for each part, and one about all that was found. Where so many are hidden that a part is not filled,
        it is asked for as a whole.
        """
        if self.sight is None:
            return [list(part[:most]) for part, most in asked]
        found = [list(part[: most + SPARE]) for part, most in asked]
        seen = objects_seen({object_of(row) for rows in found for row in rows}, self.sight)
        shown: list[list[Any]] = []
        for rows, (part, most) in zip(found, asked, strict=True):
            some = [row for row in rows if object_of(row) in seen][:most]
            there_are_more = len(rows) == most + SPARE
            shown.append(list(self._seen(part)[:most]) if len(some) < most and there_are_more else some)
        return shown

    def _seen(self, rows: Any) -> Any:
        return rows if self.sight is None else rows.filter(_of_objects_in(self.sight))


def object_of(row: Any) -> Object:
    """Of a deadline, or of a row of its columns."""
    belongs = BELONGS.get(row.object_kind)
    return (belongs, row.subject_ref) if belongs else (row.object_kind, row.object_ref)


def _unnamed(_noun: str) -> Any:
    return Value("", CharField(max_length=1))


def objects_seen(objects: Iterable[Object], sight: Sight, called: Callable[[str], Any] = _unnamed) -> dict[Object, str]:
    """Which of these are seen, each with what its kind is `called`: one question, by the filter of each kind."""
    asked: dict[str, set[str]] = defaultdict(set)
    for noun, ref in objects:
        asked[noun].add(ref)
    parts = [
        sight(nouns()[noun])
        .filter(ref__in=refs)
        .order_by()
        .annotate(noun=Value(noun, CharField(max_length=40)), called=called(noun))
        .values_list("noun", "ref", "called")
        for noun, refs in sorted(asked.items())
    ]
    found = parts[0].union(*parts[1:], all=True) if parts else ()
    return {(noun, ref): name for noun, ref, name in found}


def _of_objects_in(sight: Sight) -> Q:
    """Each kind of object by its own filter, so that what somebody may not know of has no deadline for them either."""
    found = Q(pk__in=[])
    for noun in sorted({one.on for one in lists().obligations.values()}):
        if belongs := BELONGS.get(noun):
            refs = sight(nouns()[belongs]).order_by().values("ref")
            found |= Q(object_kind=noun, subject_kind=belongs, subject_ref__in=refs)
        else:
            found |= Q(object_kind=noun, object_ref__in=sight(nouns()[noun]).order_by().values("ref"))
    return found
