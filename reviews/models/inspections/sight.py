"""Whose inspections somebody sees, by territory and field, and of their own body once it was told; who is told."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.accounts.regions import territory_prefix
from ethicsreview.accounts.standing import Standing
from reviews.models.projects.parties import holders

if TYPE_CHECKING:
    from reviews.models.inspections.inspection import Inspection

ANSWERING = (Role.SECRETARY, Role.CHAIR)


def supervising(standing: Standing, by: str = "") -> Q:
    """Inspections of departments inside the person's territory: all of them for a general department, for a sector's
    those of its own field. `by` is the way to the inspection.
    """
    seen = Q(pk__in=[])
    for held in standing.held:
        if held.role == Role.REGULATOR:
            prefix = "" if held.level == Authority.Level.NATIONAL else territory_prefix(held.region)
            inside = Q(**{f"{by}region__startswith": prefix})
            if held.field != Authority.Field.GENERAL:
                inside &= Q(**{f"{by}authority__field": held.field})
            seen |= inside | Q(**{f"{by}authority": held.body_id})
    return seen


def inspected(standing: Standing, by: str = "") -> Q:
    """Those of the person's own institution or committee, once it was told of them."""
    own = Q(**{f"{by}institution__in": standing.bodies(Role.INSTITUTION_OFFICER)})
    own |= Q(**{f"{by}committee__in": standing.bodies(*ANSWERING)})
    return own & (Q(**{f"{by}announced_at__isnull": False}) | Q(**{f"{by}begun_at__isnull": False}))


def people_of(found: "Inspection", group: str) -> Iterable[Person]:
    """`inspecting`: of the department; `inspectors`: the team; `inspected`: who answers, once they may know."""
    now = timezone.now()
    if group == "inspectors":
        return Person.objects.filter(pk__in=found.inspectors.values("person"), is_active=True)
    if group == "inspecting":
        return holders([Role.REGULATOR], found.authority, now)
    if found.announced_at is None and found.begun_at is None:
        return Person.objects.none()
    told = {person.pk: person for person in holders([Role.INSTITUTION_OFFICER], found.institution, now)}
    if found.committee is not None:
        told |= {person.pk: person for person in holders(ANSWERING, found.committee, now)}
    return list(told.values())
