"""Whose matter a complaint is, who may see it, and who never does: nobody handles what they are accused of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ethicsreview.accounts.models import Appointment, Authority, Body, Institution, Person, Role, authority_over
from ethicsreview.accounts.regions import city_of, province_of
from ethicsreview.accounts.standing import Standing
from ethicsreview.policy import Policy
from reviews.models.projects.parties import over_territory, territory
from reviews.rules.responsibility import Duty, Responsible, Suspicion, responsible

HANDLING = (Role.INSTITUTION_OFFICER, Role.REGULATOR)


@dataclass(frozen=True)
class Handling:
    """`joint`: the department that acts together with the body. `body` is None where the register has none."""

    duty: Duty
    cite: str
    body: Body | None
    joint: Authority | None = None


def handling_of(institution: Institution | None, region: str, *, unit_suspected: bool, policy: Policy) -> Handling:
    """The body that the rules of the place make responsible (Measures 49, Shandong 13)."""
    superior = institution.parent if institution else None
    about = Suspicion(
        unit_known=institution is not None, unit_suspected=unit_suspected, has_superior=superior is not None
    )
    keys = ("first_body", "unit_suspected", "no_superior")
    duty = responsible(about, **{key: policy.value(f"complaint.{key}") for key in keys})
    cite = policy.entry(duty.key).cite
    if duty.body == Responsible.INSTITUTION:
        return Handling(duty, cite, institution)
    if duty.body == Responsible.SUPERIOR:
        return Handling(duty, cite, superior)
    if duty.body == Responsible.LOCAL:
        return Handling(duty, cite, authority_over(region))
    joint = None
    if duty.body == Responsible.PROVINCE_WITH_CITY:
        joint = _general(Authority.Level.CITY, city_of(region))
    return Handling(duty, cite, _general(Authority.Level.PROVINCE, province_of(region)), joint)


def _general(level: str, region: str) -> Authority | None:
    found = Authority.objects.filter(is_active=True, field=Authority.Field.GENERAL, level=level, region=region)
    return found.order_by("pk").first()


def in_hand(standing: Standing, *, by: str = "") -> Q:
    """What the person's bodies handle, alone or with another, and what lies in a territory they supervise. `by` is the
    way to the complaint or the investigation.
    """
    bodies = standing.bodies(*HANDLING)
    return Q(**{f"{by}handler__in": bodies}) | Q(**{f"{by}joint__in": bodies}) | territory(standing, f"{by}region")


def bodies_of(standing: Standing) -> frozenset[int]:
    return frozenset(held.body_id for held in standing.held)


def capacities_over(standing: Standing, handler: int | None, joint: int | None, region: str) -> set[str]:
    """Before it is asked who is accused."""
    found = set()
    bodies = standing.bodies(*HANDLING)
    if handler in bodies or joint in bodies:
        found.add("handler")
    over = over_territory(standing, region)
    if over and any(one.role == Role.REGULATOR and one.field != Authority.Field.GENERAL for one in standing.held):
        found.add("sector")
    if over:
        found.add("regulator")
    return found


def handlers(bodies: Iterable[Body | None], at: datetime, *, but: Iterable[int], of: Iterable[int]) -> list[Person]:
    """Who is told: officers of these bodies, but for the accused (`but`) and the people of accused bodies (`of`)."""
    current = Appointment.objects.current(at)
    held = current.filter(role__in=HANDLING, body__in=[body.pk for body in bodies if body is not None])
    barred = current.filter(body__in=list(of)).values("person")
    people = Person.objects.filter(is_active=True, appointments__in=held).exclude(pk__in=list(but))
    return list(people.exclude(pk__in=barred).distinct())
