"""The panel of a re-check: is it lawful, and one that would be, with the reason for each name."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)
PEER = "peer"


@dataclass(frozen=True)
class Candidate(Generic[P]):
    """`fields`: what the expert knows. `load`: the re-checks they have in hand. `order` breaks ties, so that the same
    register gives the same proposal."""

    person: P
    category: str
    fields: frozenset[str] = frozenset()
    load: int = 0
    order: str = ""


@dataclass(frozen=True)
class PanelFinding:
    """`key` names the policy value that is not met."""

    code: str
    params: dict[str, int | str]
    key: str


@dataclass(frozen=True)
class Proposed(Generic[P]):
    """`why`: "category" (the law asks for one), "field" (a peer of the activity's field), "number" (to complete it)."""

    person: P
    why: str


def findings(
    categories: Sequence[str], *, size_min: int, categories_required: Collection[str]
) -> tuple[PanelFinding, ...]:
    """What a panel of experts of these categories lacks (Measures 28), all of it."""
    found = []
    if len(categories) < size_min:
        found.append(PanelFinding("panel_too_small", {"have": len(categories), "need": size_min}, "recheck.panel_min"))
    found += [
        PanelFinding("panel_category", {"category": category}, "recheck.panel_categories")
        for category in categories_required
        if category not in categories
    ]
    return tuple(found)


def propose(
    free: Sequence[Candidate[P]], *, fields: Collection[str], size: int, categories_required: Collection[str]
) -> tuple[Proposed[P], ...]:
    """The smallest lawful panel out of those who may sit; empty where there is none.

    First one of each required category, then peers, of the activity's field before others; always those first who
    have the least in hand.
    """
    left = sorted(free, key=lambda one: (not one.fields & set(fields), one.load, one.order))
    chosen: list[Proposed[P]] = []

    def take(one: Candidate[P], why: str) -> None:
        left.remove(one)
        chosen.append(Proposed(one.person, why))

    for category in categories_required:
        one = next((candidate for candidate in left if candidate.category == category), None)
        if one is None:
            return ()
        take(one, "category")
    for one in [candidate for candidate in left if candidate.category == PEER and candidate.fields & set(fields)]:
        if len(chosen) < size:
            take(one, "field")
    for one in list(left):
        if len(chosen) < size:
            take(one, "number")
    return tuple(chosen) if len(chosen) >= size else ()
