"""Which re-checks somebody may know of, and which still wait."""

from typing import Self

from django.db import models
from django.db.models import Q

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.accounts.regions import territory_prefix
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.models import LifecycleQuerySet
from reviews.models.projects.parties import COMMITTEE_CAPACITIES


def seen_by_regulator(standing: Standing) -> Q:
    """A general department sees what is asked for in its territory; one of a field, what is asked of its field."""
    from reviews.models.rechecks.recheck import Recheck

    seen = Q(pk__in=[])
    for held in standing.held:
        if held.role != Role.REGULATOR:
            continue
        prefix = "" if held.level == Authority.Level.NATIONAL else territory_prefix(held.region)
        inside = Q(review__project__region__startswith=prefix)
        if held.field != Authority.Field.GENERAL:
            inside &= Q(authority__field=held.field)
        beside = Recheck.co_authorities.through.objects.filter(authority=held.body_id)
        seen |= inside | Q(authority=held.body_id) | Q(pk__in=beside.values("recheck"))
    return seen


class RecheckQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The departments concerned, and the experts who sit on the panel and have said so.

        The project's people and the committee follow it on the review; here they would see who sits on the panel.
        """
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        from reviews.models.rechecks.opinion import RecheckOpinion

        seats = RecheckOpinion.objects.of_panel().filter(person=standing.person)
        seen = self.filter(seen_by_regulator(standing) | Q(pk__in=seats.values("recheck")))
        return seen.exclude(
            Q(review__project__lead=standing.person)
            | Q(review__project__members__person=standing.person)
            | Q(review__committee__in=standing.bodies(*COMMITTEE_CAPACITIES))
        )

    def open(self) -> Self:
        from reviews.models.rechecks.recheck import Recheck

        return self.filter(state__in=Recheck.OPEN)

    def due_first(self) -> Self:
        return self.order_by(models.F("next_due_at").asc(nulls_last=True), "pk")
