"""Whose deadlines a person sees, and as what: plain values for the month, the clock room and the feed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.ending import Ending
from ethicsreview.deadlines.models import Deadline, DeadlineQuerySet
from ethicsreview.deadlines.obligations import lists
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.registry import nouns

Rows = Callable[[type[Lifecycle]], "QuerySet[Any]"]
# What has no lifecycle of its own is seen by whoever sees what it belongs to.
BELONGS = {"membership": "committee", "member": "committee", "declaration": "committee"}


@dataclass(frozen=True)
class Entry:
    """One deadline as it is drawn; `holder` is empty where one's own are drawn. `about`: what the reference is of,
    where the page asks.
    """

    title: str
    ref: str
    url: str
    cite: str
    day: date
    end: Ending
    paused: bool
    holder: str = ""
    about: str = ""

    @classmethod
    def of(cls, row: Deadline, at: datetime, *, url: str = "", holder: str = "", about: str = "") -> "Entry":
        return cls(
            title=row.title,
            ref=row.object_ref,
            url=url or row.url,
            cite=row.citation,
            day=row.last_day,
            end=Ending.of(row, at),
            paused=row.paused_at is not None,
            holder=holder,
            about=about,
        )


def seen(rows_of: Rows) -> Q:
    """The deadlines of objects that `rows_of` shows: each kind of object by its own filter, so that what somebody may
    not know of has no deadline for them either.
    """
    found = Q(pk__in=[])
    for noun in sorted({one.on for one in lists().obligations.values()}):
        if belongs := BELONGS.get(noun):
            refs = rows_of(nouns()[belongs]).order_by().values("ref")
            found |= Q(object_kind=noun, subject_kind=belongs, subject_ref__in=refs)
        else:
            found |= Q(object_kind=noun, object_ref__in=rows_of(nouns()[noun]).order_by().values("ref"))
    return found


def visible_to(standing: Standing) -> DeadlineQuerySet:
    """Those of every object that the person may see, on whatever side they stand to it."""
    if standing.sees_everyone:
        return Deadline.objects.all()
    return Deadline.objects.filter(seen(lambda model: model.objects.visible_to(standing)))  # type: ignore[attr-defined]


def own(standing: Standing) -> DeadlineQuerySet:
    """What the person must act on: named on the row, or holding its role in its body; and nothing they may not see."""
    if standing.person is None:
        return Deadline.objects.none()
    mine = Q(person=standing.person)
    for held in standing.held:
        mine |= Q(person=None, body=held.body_id, role=held.role)
    return visible_to(standing).filter(mine)


def by_day(entries: Iterable[Entry]) -> dict[date, list[Entry]]:
    found: dict[date, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.day, []).append(entry)
    return found
