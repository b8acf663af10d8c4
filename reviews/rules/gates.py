"""The gate of a programme's stage: which of what stands in a project's way is asked about there, and what shuts it.

Plain values in, none kept. What is asked at which stage, and what only warns, the policy packs say.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

BAN, COMMITMENT, STANDSTILL, REVIEW = "ban", "commitment", "standstill", "review"
RECHECK, FOLLOW_UP, ANNUAL_REPORT = "recheck", "follow_up", "annual_report"
CHECKS = (BAN, COMMITMENT, STANDSTILL, REVIEW, RECHECK, FOLLOW_UP, ANNUAL_REPORT)


class Standing(Protocol):
    """Something in the way, found by one of the checks."""

    @property
    def check(self) -> str: ...

    @property
    def only(self) -> str:
        """The one stage that it concerns, where a rule names it; else empty."""


Found = TypeVar("Found", bound=Standing)


@dataclass(frozen=True)
class Asked(Generic[Found]):
    """What of all that was found matters at one stage: what shuts its gate, and what only warns."""

    shutting: tuple[Found, ...]
    warning: tuple[Found, ...]

    @property
    def open(self) -> bool:
        return not self.shutting


def at_stage(
    stage: str, found: Iterable[Found], *, asked_at: Mapping[str, Collection[str]], warnings: Collection[str]
) -> Asked[Found]:
    """`asked_at`: the stages of each check. Order is kept, so that the same question has the same answer."""
    here = [one for one in found if (one.only == stage if one.only else stage in asked_at.get(one.check, ()))]
    return Asked(
        tuple(one for one in here if one.check not in warnings), tuple(one for one in here if one.check in warnings)
    )


def letter_wanted(field: str, *, fields: Collection[str], fiscal: bool, fiscal_only: bool) -> bool:
    """Whether a project signs the commitment: in a sensitive field, and, where the rule says so, with public money."""
    return field in fields and (fiscal or not fiscal_only)


def next_stage(passed: str, stages: Collection[str]) -> str:
    """The stage after the one that was passed last; empty after the last. Guides are drafted before there is a project,
    so the first that a project passes comes after them."""
    ordered = [stage for stage in stages if stage != "guide"]
    if passed not in ordered:
        return ordered[0] if ordered else ""
    place = ordered.index(passed) + 1
    return ordered[place] if place < len(ordered) else ""
