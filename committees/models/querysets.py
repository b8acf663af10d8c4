"""The questions that are asked of committees and their seats."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from committees.composition import VOTING
from committees.kinds import CommitteeState
from ethicsreview.accounts.models import COMMITTEE_ROLES, Role
from ethicsreview.accounts.prepared import Given
from ethicsreview.accounts.regions import lying_in
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.models import LifecycleQuerySet

if TYPE_CHECKING:
    from committees.models.membership import Membership  # noqa: F401 - named in the brackets below


class CommitteeQuerySet(LifecycleQuerySet):
    def active(self) -> Self:
        return self.filter(state=CommitteeState.ACTIVE)

    def visible_to(self, standing: Standing) -> Self:
        """Those one sits on, those of one's institution, those in one's territory as a regulator."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self.all()
        mine = Q(pk__in=standing.bodies(*COMMITTEE_ROLES)) | Q(
            institution__in=standing.bodies(Role.INSTITUTION_OFFICER)
        )
        for prefix in standing.territories(Role.REGULATOR):
            mine |= Q(**lying_in("region", prefix))
        return self.filter(mine)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def on(self, day: date | Given) -> Self:
        """Those whose term includes the day."""
        return self.overlapping(day, day)

    def not_ended(self, day: date | Given) -> Self:
        """Those whose term includes the day or is yet to begin."""
        return self.filter(Q(appointment__ends__isnull=True) | Q(appointment__ends__gte=day))

    def overlapping(self, starts: date | Given, ends: date | Given) -> Self:
        return self.not_ended(starts).filter(appointment__starts__lte=ends)

    def voting(self) -> Self:
        return self.filter(appointment__role__in=VOTING)

    def with_people(self) -> Self:
        return self.select_related("appointment__person")
