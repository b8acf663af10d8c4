"""Counting a re-check: agree or disagree, by the whole panel. Who is absent counts in the whole and agrees to nothing.

Whole numbers only: a share of two thirds is compared by multiplying, never by dividing.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

E = TypeVar("E", bound=Hashable)  # an expert

AGREE = "agree"
DISAGREE = "disagree"
VOTES = (AGREE, DISAGREE)
AGREED = "agreed"
DISAGREED = "disagreed"


@dataclass(frozen=True)
class PanelFormula:
    """At least (or, if `strict`, more than) numerator/denominator of the whole panel (Measures 30)."""

    numerator: int
    denominator: int
    strict: bool = False

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        """From a policy value. Raises ValueError for a share of anything but the whole panel."""
        if value["of"] != "all_panel":
            raise ValueError(f"{value['of']!r} is not the whole panel")
        return cls(value["numerator"], value["denominator"], value["strict"])

    def met(self, votes: int, panel: int) -> bool:
        have, need = votes * self.denominator, panel * self.numerator
        return votes > 0 and (have > need if self.strict else have >= need)

    def needed(self, panel: int) -> int:
        return next(votes for votes in range(1, panel + 2) if self.met(votes, panel) or votes > panel)


@dataclass(frozen=True)
class PanelOutcome:
    """`settled`: no opinion that is still out could change the result."""

    result: str
    agree: int
    disagree: int
    absent: int
    panel: int
    need: int
    settled: bool


def count(votes: Mapping[E, str], *, panel: Collection[E], formulas: Sequence[PanelFormula]) -> PanelOutcome:
    """The outcome of a re-check.

    Raises ValueError, naming all, for a vote of somebody not on the panel, a word that is no vote, an empty panel,
    or when no formula applies.
    """
    whole = set(panel)
    wrong = []
    if not formulas:
        wrong.append("no vote formula applies")
    if not whole:
        wrong.append("nobody sits on the panel")
    if strangers := votes.keys() - whole:
        wrong.append(f"votes of people not on the panel: {', '.join(sorted(map(str, strangers)))}")
    if unknown := set(votes.values()) - set(VOTES):
        wrong.append(f"no such vote: {', '.join(sorted(unknown))}")
    if wrong:
        raise ValueError("; ".join(wrong))
    agree = sum(vote == AGREE for vote in votes.values())
    absent = len(whole) - len(votes)
    agreed = all(formula.met(agree, len(whole)) for formula in formulas)
    reachable = all(formula.met(agree + absent, len(whole)) for formula in formulas)
    return PanelOutcome(
        result=AGREED if agreed else DISAGREED,
        agree=agree,
        disagree=len(votes) - agree,
        absent=absent,
        panel=len(whole),
        need=max(formula.needed(len(whole)) for formula in formulas),
        settled=agreed or not reachable,
    )
