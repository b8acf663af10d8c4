"""The public register of committees: what each is, for what it may review, how it is registered. Of its people only
what the policy of the place makes public.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from committees.kinds import CommitteeState, CommitteeType, Regime
from committees.models import Committee, CommitteeRegistration
from ethicsreview.accounts.regions import region_name
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.policy import policy_for
from reviews.oversight.registers.rows import within


def committees(asked: Mapping[str, str]) -> "QuerySet[Committee]":
    """Those that were set up, the dissolved among them: a letter of theirs may still be held in a hand."""
    rows: QuerySet[Committee] = Committee.objects.exclude(state=CommitteeState.PREPARING)
    if words := asked.get("q"):
        rows = rows.filter(Q(name__icontains=words) | Q(ref=words.upper()) | Q(institution__name__icontains=words))
    if region := asked.get("region"):
        rows = rows.filter(within("region", region))
    if (kind := asked.get("type")) in CommitteeType.values:
        rows = rows.filter(type=kind)
    return rows


@dataclass(frozen=True)
class Listed:
    """`number`: of the receipt that holds; `handled_on`: when the platform gave it."""

    committee: Committee
    region: str
    scope: list[str | Promise]
    number: str
    handled_on: date | None


def listed(found: Iterable[Committee]) -> list[Listed]:
    """One question, however many they are."""
    rows = list(found)
    receipts = CommitteeRegistration.objects.held().filter(committee__in=rows).order_by("pk")
    held = {pk: (number, day) for pk, number, day in receipts.values_list("committee_id", "number", "handled_on")}
    return [
        Listed(
            one,
            region_name(one.region),
            [Regime(name).label for name in one.regimes if name in Regime.values],
            *held.get(one.pk, ("", None)),
        )
        for one in rows
    ]


def people_of(committee: Committee, at: datetime) -> list[tuple[str, str]]:
    """Names and offices, where the place makes them public; else none, and no question."""
    if not policy_for(region=committee.region, at=at).value("publicity.committee_people", default=False):
        return []
    seats = committee.members_at(law_day(at)).order_by("appointment__starts", "pk")
    return [(seat.person.name, str(seat.appointment.get_role_display())) for seat in seats]
