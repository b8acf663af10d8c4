"""What is wrong with committees today and what will be, for lists and pages that show many facts of them at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from committees import composition
from committees.composition import CommitteeFacts
from committees.facts import facts_of
from committees.findings import refusal
from committees.models import Committee, Membership
from ethicsreview.deadlines.calendar import add_months, law_day
from ethicsreview.lifecycle.refusals import Refusal

AHEAD_MONTHS = 12


@dataclass(frozen=True)
class Health:
    """Findings with their articles: those that keep the committee from reviewing, those to heed, those to come."""

    committee: Committee
    blocking: list[Refusal]
    warnings: list[Refusal]
    ahead: list[tuple[date, list[Refusal]]]


def health(committee: Committee, facts: CommitteeFacts, at: datetime) -> Health:
    day, policy = law_day(at), committee.policy(committee.regimes, at)
    found = composition.check(facts, policy, regimes=committee.regimes, day=day)
    until = add_months(day, AHEAD_MONTHS)
    ahead = composition.forecast(facts, policy, regimes=committee.regimes, day=day, until=until)
    return Health(
        committee,
        [refusal(finding) for finding in found if finding.blocks],
        [refusal(finding) for finding in found if not finding.blocks],
        [(moment, [refusal(finding) for finding in findings]) for moment, findings in ahead],
    )


def healths(committees: Iterable[Committee], at: datetime) -> list[Health]:
    """Of a dissolved one there is nothing to be put right."""
    found = [one for one in committees if one.is_active]
    facts = facts_of(found, law_day(at)) if found else {}
    return [health(one, facts[one.pk], at) for one in found]


def lacking_without(
    committee: Committee, seats: Iterable[Membership], at: datetime
) -> Iterator[tuple[Membership, list[Refusal]]]:
    """Of each seat: what would be wrong today, were it empty, and is not wrong now."""
    day, policy, regimes = law_day(at), committee.policy(committee.regimes, at), committee.regimes
    facts = facts_of([committee], day)[committee.pk]
    now = {one.key for one in composition.check(facts, policy, regimes=regimes, day=day)}
    for seat in seats:
        term = seat.appointment
        gone = (term.person_id, term.role, term.starts)
        left = replace(facts, members=tuple(m for m in facts.members if (m.person_id, m.role, m.starts) != gone))
        found = composition.check(left, policy, regimes=regimes, day=day)
        yield seat, [refusal(one) for one in found if one.key not in now]
