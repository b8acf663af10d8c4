"""Counting ballots. An outcome stands only when one verdict, by itself, meets every formula that applies.

Whole numbers only: a share of two thirds is compared by multiplying, never by dividing.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar

APPROVED = "approved"
MODIFICATION_REQUIRED = "modification_required"
REVISION_REQUIRED = "revision_required"
REJECTED = "rejected"
VERDICTS = (APPROVED, MODIFICATION_REQUIRED, REVISION_REQUIRED, REJECTED)
# Of an activity that was approved (Measures 19, 20): does it go on?
CONTINUED = "continued"
SUSPENDED = "suspended"
TERMINATED = "terminated"
REREVIEW_REQUIRED = "rereview_required"
# What is voted on, by the kind of review; any other kind has the four of Measures 16. The first lets the matter pass.
VERDICTS_OF = {"follow_up": (CONTINUED, SUSPENDED, TERMINATED, REREVIEW_REQUIRED)}
PASSING = frozenset({APPROVED, CONTINUED})
NEGATIVE = frozenset({REJECTED, SUSPENDED, TERMINATED})
ABSTAIN = "abstain"  # no verdict, yet the abstainer stays among those counted

Base = Literal["attending", "all_members"]
V = TypeVar("V", bound=Hashable)  # who votes


@dataclass(frozen=True)
class Formula:
    """At least (or, if `strict`, more than) numerator/denominator of those attending or of all members."""

    numerator: int
    denominator: int
    of: Base
    strict: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.numerator <= self.denominator or (self.strict and self.numerator == self.denominator):
            raise ValueError(f"{self} can never decide anything")
        if self.of not in ("attending", "all_members"):
            raise ValueError(f"{self.of!r} is neither attending nor all_members")

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        """From a policy value with these four names."""
        return cls(**value)

    def met(self, votes: int, total: int) -> bool:
        """No vote at all never decides, whatever the total."""
        have, need = votes * self.denominator, total * self.numerator
        return votes > 0 and (have > need if self.strict else have >= need)


@dataclass(frozen=True)
class Count:
    """One verdict by one formula: so many votes, of so many needed, among so many people."""

    verdict: str
    formula: Formula
    have: int
    need: int
    total: int

    @property
    def met(self) -> bool:
        return self.formula.met(self.have, self.total)


@dataclass(frozen=True)
class Outcome:
    """`verdict` is None when undecided; `counts` say for each verdict and formula how far it came."""

    verdict: str | None
    counts: tuple[Count, ...]
    attending: int
    all_members: int
    abstained: int
    not_voted: int

    @property
    def decided(self) -> bool:
        return self.verdict is not None

    def votes(self, verdict: str) -> int:
        return next(count.have for count in self.counts if count.verdict == verdict)


def verdicts_of(kind: str) -> tuple[str, ...]:
    """What a review of this kind may come to."""
    return VERDICTS_OF.get(kind, VERDICTS)


def votes_needed(formula: Formula, total: int) -> int:
    """The least number of votes that meets the formula among `total`; never under one."""
    share = formula.numerator * total
    least = share // formula.denominator + 1 if formula.strict else -(-share // formula.denominator)
    return max(least, 1)


def tally(
    ballots: Mapping[V, str],
    *,
    attending: Collection[V],
    all_members: Collection[V],
    formulas: Sequence[Formula],
    verdicts: Sequence[str] = VERDICTS,
) -> Outcome:
    """The outcome of one item, of the `verdicts` that its kind of review has.

    `attending`: members present and not recused. `all_members`: the whole committee, the recused included.
    No verdict is inferred from another: votes to modify are not votes to approve.
    Raises ValueError, naming them all, for a ballot of someone not attending, a verdict that does not exist,
    an attendant who is no member, or when no formula applies.
    """
    present, members = set(attending), set(all_members)
    _refuse_wrong_input(ballots, present, members, formulas, verdicts)
    cast = Counter(ballots.values())
    totals = {"attending": len(present), "all_members": len(members)}
    counts = tuple(
        Count(verdict, formula, cast[verdict], votes_needed(formula, totals[formula.of]), totals[formula.of])
        for verdict in verdicts
        for formula in formulas
    )
    standing = [verdict for verdict in verdicts if all(count.met for count in counts if count.verdict == verdict)]
    return Outcome(
        # Two verdicts at once is only possible under a formula of a half or less; then neither stands.
        verdict=standing[0] if len(standing) == 1 else None,
        counts=counts,
        attending=len(present),
        all_members=len(members),
        abstained=cast[ABSTAIN],
        not_voted=len(present - ballots.keys()),
    )


def _refuse_wrong_input(
    ballots: Mapping[V, str],
    present: set[V],
    members: set[V],
    formulas: Sequence[Formula],
    verdicts: Sequence[str],
) -> None:
    wrong = []
    if not formulas:
        wrong.append("no vote formula applies")
    if strangers := ballots.keys() - present:
        wrong.append(f"ballots of people not attending: {_named(strangers)}")
    if outsiders := present - members:
        wrong.append(f"attending, but not members: {_named(outsiders)}")
    if unknown := set(ballots.values()) - {*verdicts, ABSTAIN}:
        wrong.append(f"no such verdict: {_named(unknown)}")
    if wrong:
        raise ValueError("; ".join(wrong))


def _named(people: Collection[V]) -> str:
    return ", ".join(sorted(map(str, people)))
