"""The post at the desk: what could not be delivered, and the addresses outside, within a person's reach.

Operators see all of it; an officer what concerns the people, the institutions and the committees that they keep; who
keeps a committee, its robots. Of a notice to somebody else no words are shown: what it was about, to whom, and why it
did not arrive.
"""

from collections import Counter
from typing import Any

from django.db.models import Q, QuerySet

from committees.models import Committee
from ethicsreview.accounts.models import Body, Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.notices.models import ROBOTS, Channel, Delivery, Endpoint
from ethicsreview.notices.reasons import reason_text
from ethicsreview.notices.tables import kind_of, kinds

# Counted and sent again at most so many at once; the rest is left for the next time.
MOST = 1000
KEEP_COMMITTEE = (Role.SECRETARY, Role.CHAIR)


def kept_bodies(standing: Standing) -> "QuerySet[Body]":
    """For which this person may enter an address outside."""
    institutions = Institution.objects.kept_by(standing).values("pk")
    committees = Committee.objects.filter(
        Q(institution__in=institutions) | Q(pk__in=standing.bodies(*KEEP_COMMITTEE))
    ).values("pk")
    kept: QuerySet[Body] = Body.objects.filter(Q(pk__in=institutions) | Q(pk__in=committees), is_active=True)
    return kept


def offered_to(standing: Standing) -> tuple[Channel, ...]:
    """An institution's own system is its officers' matter."""
    return (*ROBOTS, Channel.WEBHOOK) if standing.holds(Role.INSTITUTION_OFFICER) else ROBOTS


def endpoints_of(standing: Standing) -> "QuerySet[Endpoint]":
    """A person's own robots are theirs alone."""
    rows = Endpoint.objects.kept().filter(body__isnull=False)
    return rows if standing.sees_everyone else rows.filter(body__in=kept_bodies(standing).values("pk"))


def may_keep(standing: Standing, endpoint: Endpoint) -> bool:
    """To switch it, test it, remove it. An operator may too: what fails burdens the whole service."""
    return endpoint.kind != Channel.WEBHOOK or standing.sees_everyone or standing.holds(Role.INSTITUTION_OFFICER)


def dead_letters(standing: Standing) -> "QuerySet[Delivery]":
    rows: QuerySet[Delivery] = Delivery.objects.dead()
    if standing.sees_everyone:
        return rows
    within = Q(endpoint__in=endpoints_of(standing).values("pk"))
    if standing.holds(Role.INSTITUTION_OFFICER):
        within |= Q(notice__person__in=Person.objects.visible_to(standing).values("pk"))
    return rows.filter(within)


def by_channel(rows: "QuerySet[Delivery]") -> list[tuple[str, Any, int]]:
    """Each channel that has any, with how many, of the first MOST."""
    counted = Counter(rows.order_by("pk").values_list("channel", flat=True)[:MOST])
    return [(channel.value, channel.label, counted[channel.value]) for channel in Channel if counted[channel.value]]


def drawn(row: Delivery, language: str) -> dict[str, Any]:
    kind = kinds().get(kind_of(row.told.key))
    return {
        "row": row,
        "kind": kind.label.in_language(language) if kind else row.told.key,
        "ref": row.told.object_ref,
        "to": row.to,
        "body": row.endpoint.body if row.endpoint else None,
        "reason": reason_text(row.error) if row.error else "",
    }
