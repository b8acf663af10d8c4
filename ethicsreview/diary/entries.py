"""What a person must act on, and how a deadline is drawn: plain values for the month, the clock room and the feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.ending import Ending
from ethicsreview.deadlines.models import Deadline, DeadlineQuerySet
from ethicsreview.diary.watched import Watched


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


def own(standing: Standing) -> Watched:
    """What the person must act on: named on the row, or holding its role in its body; and nothing they may not see."""
    sight = None if standing.sees_everyone else lambda model: model.objects.visible_to(standing)
    return Watched(held_by(standing), sight)


def held_by(standing: Standing) -> DeadlineQuerySet:
    """Whether they see what it is about or not."""
    if standing.person is None:
        return Deadline.objects.none()
    mine = Q(person=standing.person)
    for held in standing.held:
        mine |= Q(person=None, body=held.body_id, role=held.role)
    return Deadline.objects.filter(mine)


def by_day(entries: Iterable[Entry]) -> dict[date, list[Entry]]:
    found: dict[date, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.day, []).append(entry)
    return found
