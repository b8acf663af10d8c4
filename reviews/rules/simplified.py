"""The simplified procedure: what turns it into a meeting, and when its reviewers are of one mind (Measures 24)."""

from collections.abc import Collection
from dataclasses import dataclass

from reviews.rules import votes

NEGATIVE = "negative"
DOUBT = "doubt"
DISAGREEMENT = "disagreement"
MEMBER_REQUEST = "member_request"
RISK_BENEFIT_CHANGE = "risk_benefit_change"
# What a reviewer is asked beside the verdict, where a rule in force makes it a trigger.
CONCERNS = (DOUBT, RISK_BENEFIT_CHANGE)


@dataclass(frozen=True)
class Given:
    """One reviewer's opinion: the verdict, what they raise, and whether they find a criterion unmet."""

    verdict: str
    concerns: frozenset[str] = frozenset()
    criterion_fails: bool = False

    @property
    def doubts(self) -> bool:
        """A verdict that neither lets it pass nor stops it asks for something first: that is a doubt too."""
        return DOUBT in self.concerns or self.criterion_fails or self.verdict not in votes.PASSING | votes.NEGATIVE


def triggers(given: Collection[Given]) -> tuple[str, ...]:
    """Every trigger that the opinions so far pull; none while each approves without reserve."""
    pulled = {
        NEGATIVE: any(one.verdict in votes.NEGATIVE for one in given),
        DOUBT: any(one.doubts for one in given),
        DISAGREEMENT: len({one.verdict for one in given}) > 1,
        RISK_BENEFIT_CHANGE: any(RISK_BENEFIT_CHANGE in one.concerns for one in given),
    }
    return tuple(name for name, holds in pulled.items() if holds)


def unanimous(given: Collection[Given], designated: int) -> bool:
    """All who were designated let it pass, and nothing was raised. Nobody's silence counts."""
    return 0 < len(given) == designated and not triggers(given)
