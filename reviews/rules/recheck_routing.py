"""Which department a re-check is applied for at: by the field of the activity, the place of the unit, and policy.

Measures 26: the local or the sector department. A province says which (Sichuan 1: a lead department for each domain).
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

A = TypeVar("A", bound=Hashable)

OTHER = "other"
GENERAL = "general"
# The rule books and fields by which an activity belongs to a domain of the table, in the table's order.
_BY_REGIME = {"human": "human", "drug": "human", "ai": "ai", "animal": "animal"}
_BY_FIELD = {"ai": "ai", "agriculture": "agriculture"}
_ORDER = ("human", "ai", "animal", "agriculture")


@dataclass(frozen=True)
class Department(Generic[A]):
    """A competent department as it is set up: `prefix` are the digits that every place of its territory begins with."""

    key: A
    level: str
    field: str
    prefix: str


@dataclass(frozen=True)
class Route:
    """What a domain asks for: a field that the department has, and what the table calls it ("" without a table)."""

    domain: str
    field: str


def domains(*, regimes: Collection[str], fields: Collection[str]) -> tuple[str, ...]:
    """The domains an activity touches, several where they overlap; "other" where none does."""
    touched = {_BY_REGIME[regime] for regime in regimes if regime in _BY_REGIME}
    touched |= {_BY_FIELD[field] for field in fields if field in _BY_FIELD}
    return tuple(domain for domain in _ORDER if domain in touched) or (OTHER,)


def routes(touched: Sequence[str], table: Mapping[str, object]) -> tuple[Route, ...]:
    """A domain that the table names goes to the department of that field; any other to the general one."""
    return tuple(Route(domain, domain if domain in table and domain != OTHER else GENERAL) for domain in touched)


def competent(
    departments: Sequence[Department[A]],
    *,
    asked: Sequence[Route],
    levels: Collection[str],
    place: str,
) -> tuple[A, ...]:
    """The departments that may take the application, in the order of the domains, then as given.

    `levels` are policy's words: "city" and "local" for the place's own, "sector" and "provincial_departments" for
    the province's, by field. `place`: the unit's GB/T 2260 code.
    """
    found: dict[A, None] = {}
    for route in asked:
        for department in departments:
            if place.startswith(department.prefix) and _takes(department, route, levels):
                found.setdefault(department.key)
    return tuple(found)


# Policy's words for departments of a city and of a province.
_OF_LEVEL = {"city": {"city", "local"}, "province": {"sector", "provincial_departments", "province"}}


def organises(level: str, by: Collection[str]) -> bool:
    """Whether departments of this level are among those that policy gives a task to; the State's always are."""
    return level not in _OF_LEVEL or bool(_OF_LEVEL[level] & set(by))


def _takes(department: Department[A], route: Route, levels: Collection[str]) -> bool:
    if department.level == "city":
        return organises("city", levels) and department.field in {route.field, GENERAL}
    if department.level == "province":
        if organises("province", levels) and department.field == route.field:
            return True
        return "local" in levels and department.field == GENERAL
    return False
