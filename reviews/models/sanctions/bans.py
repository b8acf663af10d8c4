"""What bars somebody for a time (Sichuan 12): written down on the ground floor, where `submit` reads it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from ethicsreview.accounts.models import Institution, Person, Restriction

if TYPE_CHECKING:
    from reviews.models.sanctions.sanction import Sanction

MOST_GROUND = 300  # of the ground floor's column


def standing_bans(
    day: date, *, person: Person | None = None, institution: Institution | None = None
) -> list[Restriction]:
    """What bans stand on this person or this institution on this law day, first and last days included; each says
    until when (`ends`, none: until further notice), why (`ground`) and by which article (`citation`). One query.
    """
    return bans_among(day, [person] if person else [], [institution] if institution else [])


def bans_among(
    day: date, people: Iterable[Person | int], institutions: Iterable[Institution | int]
) -> list[Restriction]:
    """The same of many people and institutions at once. One query."""
    whom = Q(person__in=list(people)) | Q(institution__in=list(institutions))
    running = Restriction.objects.filter(Q(ends__isnull=True) | Q(ends__gte=day), whom, starts__lte=day)
    return list(running.filter(kind=Restriction.Kind.BAN).select_related("person", "institution").order_by("pk"))


def impose(sanction: "Sanction") -> Restriction:
    respondent = sanction.respondent
    ground = f"{sanction.number} {sanction.measure_name}"[:MOST_GROUND]
    return Restriction.objects.create(
        person=respondent.person,
        institution=respondent.institution if respondent.person is None else None,
        starts=sanction.starts,
        ends=sanction.ends,
        ground=ground,
        citation=sanction.cite,
    )


def shorten(sanction: "Sanction") -> None:
    if sanction.restriction is not None:
        Restriction.objects.filter(pk=sanction.restriction.pk).update(ends=sanction.ends)


def lift(sanction: "Sanction", day: date) -> None:
    """It holds no more from this day on; that it held before stays written. One that is over is not made longer."""
    if sanction.restriction is not None:
        running = Restriction.objects.filter(Q(ends__isnull=True) | Q(ends__gte=day), pk=sanction.restriction.pk)
        running.update(ends=day - timedelta(days=1))
