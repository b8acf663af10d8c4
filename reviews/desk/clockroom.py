"""The clock room: what is due, late and escalated, in the matters that a person watches over; and the desk's month."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees.models import Committee
from committees.timing import TERM
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline, DeadlineQuerySet
from ethicsreview.deadlines.recipients import Recipients
from ethicsreview.diary.entries import Entry, held_by
from ethicsreview.diary.names import called
from ethicsreview.diary.watched import Sight, Watched, object_of, objects_seen
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, reviews_at_desk
from reviews.models import Commitment, Project
from reviews.models.complaints.timing import RECONSIDER
from reviews.models.projects.parties import COMMITTEE_CAPACITIES

ROWS, ORDER = 30, ("due_at", "pk")
# The summaries look at this many of the earliest ends, and say so where there are more.
COUNTED, NAMED = 3000, 20
SOON = timedelta(days=7)
# How many of one's own stand on the desk's first page; the month has all.
DUTIES = 10
# Of those held, so many are looked at: some may not be seen.
LOOKED_AT = 30
# What that page lists on a side by other means.
LISTED = {
    "committee": ("review", "opinion", "follow_up", "report"),
    "institution": ("participation", "entrustment", "follow_up"),
    "recheck": ("recheck", "recheck_opinion"),
}
WATCHES = {
    "committee": (Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR),
    "institution": (Role.INSTITUTION_OFFICER,),
    "territory": (Role.REGULATOR,),
    "operations": (Role.OPERATOR,),
}
SIDES = {
    "mine": gettext_lazy("我的"),
    "committee": gettext_lazy("本委员会"),
    "institution": gettext_lazy("本单位"),
    "territory": gettext_lazy("本辖区"),
    "operations": gettext_lazy("全部"),
}
SHOWN = {
    "late": gettext_lazy("已逾期"),
    "escalated": gettext_lazy("已上报"),
    "week": gettext_lazy("七日内到期"),
    "open": gettext_lazy("全部未办结"),
}
ON_PORTAL = ("commitment", "respondent", "sanction")
# What has a page of its own at the desk under its own number; others are reached by the address they carry.
PAGES = frozenset(
    {
        *("review", "follow_up", "report", "recheck", "participation", "entrustment", "recognition", "committee"),
        *("emergency_event", "sampling_plan", "sample_item", "annual_report", "training_plan"),
        *("complaint", "investigation", "programme", "programme_entry", "record_lookup", "warning", "disclosure"),
        *("inspection", "rectification"),
    }
)


def sides_of(standing: Standing) -> list[str]:
    """The sides from which this person watches over clocks."""
    found = [side for side, roles in WATCHES.items() if standing.holds(*roles)]
    if standing.sees_everyone and "operations" not in found:
        found.append("operations")
    return found


def month_sides_of(standing: Standing) -> list[str]:
    """A member who watches over nothing still sees the month of the committee."""
    sides = sides_of(standing)
    if "committee" not in sides and standing.bodies(*COMMITTEE_CAPACITIES):
        sides = ["committee", *sides]
    return ["mine", *sides]


def watched_on(visitor: Visitor, side: str) -> Watched:
    """The deadlines on that side, of objects that lie on this person's desk."""
    standing = visitor.standing
    if side == "operations":
        return Watched(Deadline.objects.all(), None)
    return Watched(_on_side(standing, side), sight_at_desk(standing))


def _on_side(standing: Standing, side: str) -> DeadlineQuerySet:
    """Whether they lie there or not."""
    if side == "mine":
        return held_by(standing)
    if side == "committee":
        return Deadline.objects.filter(body__in=standing.bodies(*COMMITTEE_CAPACITIES))
    if side == "institution":
        units = standing.bodies(Role.INSTITUTION_OFFICER)
        own = Committee.objects.filter(institution__in=units).values("pk")
        return Deadline.objects.filter(Q(body__in=units) | Q(body__in=own))
    inside = Q(pk__in=[])
    for prefix in standing.territories(Role.REGULATOR):
        inside |= Q(body__region__startswith=prefix)
    return Deadline.objects.filter(inside)


def _held_on(side: str) -> PreparedFor:
    def asked(standing: Standing) -> DeadlineQuerySet:
        rows = held_by(standing).exclude(object_kind__in=LISTED.get(side, ()))
        # With the end of a term it is over: there is nothing to be done by then. What else lapses is a right to be
        # heard, lost to whoever does not find it in time.
        return rows.exclude(kind=TERM).open().soonest()[:LOOKED_AT]

    return PreparedFor(asked)


def duties(visitor: Visitor, side: str) -> list[Entry]:
    """What the person must act on, soonest first, besides what the desk's first page lists on that side anyway; nothing
    of what they may not see. The few that they hold are asked for first, and then whether they see those.
    """
    held = HELD[side](visitor.standing)
    seen = objects_seen(map(object_of, held), partial(_of_duties, standing=visitor.standing), called)
    shown = [(row, seen[object_of(row)]) for row in held if object_of(row) in seen][:DUTIES]
    return [Entry.of(row, visitor.at, url=_way_to(row), about=about) for row, about in shown]


def _way_to(row: Deadline) -> str:
    """To be heard, and to sign, one goes to the portal; what one decides upon is at the desk."""
    on_portal = row.object_kind in ON_PORTAL and (row.lapses or row.object_kind == Commitment.noun)
    return row.url if on_portal else address_of(row)


def sight_at_desk(standing: Standing) -> Sight:
    return partial(_at_desk, standing=standing)


def _of_duties(model: Any, *, standing: Standing) -> "QuerySet[Any]":
    """An officer signs and answers for their body on the portal, and is not to forget it here."""
    if model.noun in ON_PORTAL:
        shown: QuerySet[Any] = model.objects.visible_to(standing)
        return shown
    return _at_desk(model, standing=standing)


def _at_desk(model: Any, *, standing: Standing) -> "QuerySet[Any]":
    if model is Project:
        return Project.objects.filter(pk__in=reviews_at_desk(standing).values("project"))
    found: QuerySet[Any] = at_desk(model, standing)
    return found


HELD = {side: _held_on(side) for side in ("", "committee", "institution", "recheck", "territory")}


def room(watched: Watched, shown: str, cursor: str | None, at: datetime) -> "tuple[Listed, Summary | None]":
    """A page of the list; and beside its first, the summary of the whole."""
    rows = watched.rows.select_related("body", "person")
    page = keyset.after(narrowed(rows, shown, at), by=ORDER, cursor=cursor or ""), ROWS + 1
    if cursor is not None:
        return listed(watched.first(page)[0], cursor, at), None
    soon = watched.rows.open().filter(due_at__lte=at + SOON).soonest().values_list(*COLUMNS, named=True)
    found, counted = watched.first(page, (soon, COUNTED + 1))
    return listed(found, "", at), summary(counted, at)


def narrowed(rows: DeadlineQuerySet, shown: str, at: datetime) -> DeadlineQuerySet:
    """Each from an index by the end: `late` ends before now, `week` within seven days."""
    if shown == "late":
        return rows.late(at)
    if shown == "escalated":
        return rows.escalated()
    if shown == "week":
        return rows.between(at, at + SOON)
    return rows.open()


@dataclass(frozen=True)
class Row:
    entry: Entry
    body: str
    escalated_at: datetime | None


@dataclass(frozen=True)
class Listed:
    page: "keyset.Page[Deadline]"
    rows: list[Row]


def listed(found: list[Deadline], cursor: str, at: datetime) -> Listed:
    page = keyset.cut(Deadline, found, by=ORDER, size=ROWS, is_first=not cursor)
    draw = entries_of(page.rows, at)
    return Listed(page, [Row(draw(row), row.body.name if row.body else "", row.escalated_at) for row in page.rows])


def entries_of(rows: Iterable[Deadline], at: datetime) -> Callable[[Deadline], Entry]:
    """How a row is drawn at the desk, with the names of those whose it is: one query for all."""
    holders = Recipients.of(rows, at).holders

    def draw(row: Deadline) -> Entry:
        names = [person.name for person in holders.get((row.role, row.body_id or 0), ())]
        return Entry.of(row, at, url=address_of(row), holder=holder_of(row, names))

    return draw


def entry(row: Deadline, at: datetime) -> Entry:
    """Without the names behind a role, as the month draws it."""
    return Entry.of(row, at, url=address_of(row), holder=holder_of(row, ()))


def holder_of(row: Deadline, names: Iterable[str]) -> str:
    if row.person is not None:
        return row.person.name
    role = str(Role(row.role).label) if row.role in Role.values else row.role
    known = _("、").join(names)
    return _("%(name)s（%(more)s）") % {"name": role, "more": known} if known else role


def address_of(row: Deadline) -> str:
    if row.kind == RECONSIDER:
        return reverse("desk:sanction", args=[row.object_ref])
    if row.object_kind in PAGES:
        return reverse(f"desk:{row.object_kind}", args=[row.object_ref])
    return row.url if row.url.startswith(reverse("desk:queue")) else ""


# --- summaries ----------------------------------------------------------------------------------------------------


@dataclass
class Count:
    name: str
    ref: str = ""
    late: int = 0
    escalated: int = 0
    soon: int = 0

    def add(self, due_at: datetime, escalated_at: datetime | None, *, paused: bool, at: datetime) -> None:
        self.escalated += escalated_at is not None
        if due_at > at:
            self.soon += 1
        elif not paused:
            self.late += 1


@dataclass
class Summary:
    bodies: list[Count]
    people: list[Count]
    late: int = 0
    escalated: int = 0
    soon: int = 0
    more: bool = field(default=False)


# What is counted, and by whose filter it is seen.
COLUMNS = (
    *("body__name", "body__ref", "role", "person__name", "due_at", "escalated_at", "paused_at"),
    *("object_kind", "object_ref", "subject_ref"),
)


def summary(found: list[Any], at: datetime) -> Summary:
    """By body and by who must act: what ends within a week and before, from one bounded read."""
    bodies: dict[str, Count] = {}
    people: dict[tuple[str, str], Count] = {}
    whole = Count("")
    for row in found[:COUNTED]:
        body, ref = row.body__name, row.body__ref
        who = row.person__name or holder_in_words(row.role, body)
        counts = [whole, people.setdefault((who, ref or ""), Count(who))]
        if body:
            counts.append(bodies.setdefault(ref, Count(body, ref)))
        for count in counts:
            count.add(row.due_at, row.escalated_at, paused=row.paused_at is not None, at=at)
    return Summary(
        bodies=_worst(bodies.values()),
        people=_worst(people.values()),
        late=whole.late,
        escalated=whole.escalated,
        soon=whole.soon,
        more=len(found) > COUNTED,
    )


def holder_in_words(role: str, body: str | None) -> str:
    label = str(Role(role).label) if role in Role.values else role
    return _("%(name)s（%(more)s）") % {"name": label, "more": body} if body else label


def _worst(counts: Iterable[Count]) -> list[Count]:
    return sorted(counts, key=lambda one: (-one.escalated, -one.late, -one.soon, one.name))[:NAMED]
