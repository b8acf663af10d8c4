"""Is there a quorum for one agenda item: enough members attending, of every category the law names."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Attendee:
    """Someone present at the item. `categories`: every category this person can stand for."""

    person: Hashable
    categories: frozenset[str]
    voting: bool = True  # an adviser advises and counts for nothing


@dataclass(frozen=True)
class QuorumFinding:
    """`key` names the policy value that is not met, whose article is then at hand."""

    code: str
    params: dict[str, int | str]
    key: str


@dataclass(frozen=True)
class QuorumResult:
    present_count: int
    required_count: int
    missing_categories: tuple[str, ...]
    findings: tuple[QuorumFinding, ...]

    @property
    def met(self) -> bool:
        return not self.findings


def quorum(
    present: Sequence[Attendee],
    recused: Collection[Hashable],
    *,
    min_present: int,
    categories_required: Sequence[str],
) -> QuorumResult:
    """Recused members count as not attending, for the number and for the categories.

    Nobody is counted twice, however often listed.
    """
    attending = {one.person: one for one in present if one.voting and one.person not in recused}
    covered = frozenset().union(*(one.categories for one in attending.values()))
    absent = tuple(category for category in categories_required if category not in covered)
    findings = []
    if len(attending) < min_present:
        findings.append(
            QuorumFinding("too_few_present", {"present": len(attending), "required": min_present}, "meeting.quorum")
        )
    findings += [
        QuorumFinding("category_missing", {"category": category}, "meeting.categories_required") for category in absent
    ]
    return QuorumResult(len(attending), min_present, absent, tuple(findings))
