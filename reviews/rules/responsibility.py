"""Who investigates (Measures 49, Shandong 13), and what findings come to.

The unit comes first. Where it or its head is suspected, its superior department; without one, the department that the
place's rules name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Responsible(StrEnum):
    """Codes of the policy's own choice."""

    INSTITUTION = "institution"
    SUPERIOR = "superior"
    PROVINCE = "province"
    PROVINCE_WITH_CITY = "province_with_city"
    LOCAL = "local"


class Conclusion(StrEnum):
    FOUNDED = "founded"
    PARTLY = "partly_founded"
    UNFOUNDED = "unfounded"


@dataclass(frozen=True)
class Suspicion:
    """`unit_known`: the unit stands in the register; `unit_suspected`: it, or its head, is what it is about."""

    unit_known: bool
    unit_suspected: bool
    has_superior: bool


@dataclass(frozen=True)
class Duty:
    """`key` names the value of policy, and so the article, that says so."""

    body: Responsible
    key: str


def responsible(about: Suspicion, *, first_body: str, unit_suspected: str, no_superior: str) -> Duty:
    """The three values are those of `complaint.first_body`, `.unit_suspected` and `.no_superior`.

    A unit that nobody knows cannot investigate: the department of the place does (Measures 46 lets anyone complain to
    it). Raises ValueError for a value that is no body.
    """
    if not about.unit_known:
        if about.unit_suspected:
            return Duty(Responsible(no_superior), "complaint.no_superior")
        return Duty(Responsible.LOCAL, "complaint.anyone")
    if not about.unit_suspected:
        return Duty(Responsible(first_body), "complaint.first_body")
    if about.has_superior:
        return Duty(Responsible(unit_suspected), "complaint.unit_suspected")
    return Duty(Responsible(no_superior), "complaint.no_superior")


def concluded(established: Iterable[bool]) -> Conclusion:
    """Of every allegation whether it was established. All: founded; some: partly; none, or none made: unfounded."""
    found = list(established)
    if found and all(found):
        return Conclusion.FOUNDED
    return Conclusion.PARTLY if any(found) else Conclusion.UNFOUNDED
