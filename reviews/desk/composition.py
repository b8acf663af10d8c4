"""What is wrong with committees today and what will be, for lists and pages that show many facts of them at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, QuerySet

from committees import composition
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


def with_facts(committees: "QuerySet[Committee]", at: datetime) -> "QuerySet[Committee]":
    """Committees with all that `health` asks of them: three more queries, however many they are."""
    seats = Membership.objects.not_ended(law_day(at)).with_people().order_by("appointment__starts", "pk")
    return committees.prefetch_related("signed_papers", "rules", Prefetch("memberships", queryset=seats))


def health(committee: Committee, seats: Iterable[Membership], at: datetime) -> Health:
    day = law_day(at)
    facts, policy = committee.facts_with(seats), committee.policy(committee.regimes, at)
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
    """Of committees `with_facts`; a dissolved one has nothing to be put right."""
    return [health(one, one.memberships.all(), at) for one in committees if one.is_active]
