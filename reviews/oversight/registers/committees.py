"""The register of committees: how its registration stands, what keeps it from reviewing, whose training has lapsed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from committees import composition
from committees.composition import CommitteeFacts, Finding
from committees.facts import facts_of
from committees.findings import refusal
from committees.kinds import CommitteeType
from committees.models import Committee, CommitteeRegistration, Membership
from committees.timing import REGISTRATION, TRAINING, UPDATE
from ethicsreview.accounts.models import COMMITTEE_ROLES, Role
from ethicsreview.accounts.prepared import Given, PreparedForMany
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import add_months, law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models import Counted
from reviews.models.annual.figures import decisions_of, open_now
from reviews.models.counting.kept import Kind
from reviews.oversight.registers.rows import clocks_of, in_state, state_of, within
from reviews.rules.annual import median_days, percent

KINDS = (REGISTRATION, UPDATE)
LOOKED_BACK = 12  # months of the quality figures
READERS = (Role.INSTITUTION_OFFICER, Role.REGULATOR, Role.OPERATOR, Role.SECRETARY, Role.CHAIR)


def reads(standing: Standing) -> bool:
    """Who keeps or supervises registrations."""
    return standing.sees_everyone or standing.holds(*READERS)


def committees_for(standing: Standing, asked: Mapping[str, str], at: datetime) -> "QuerySet[Committee]":
    rows: QuerySet[Committee] = Committee.objects.visible_to(standing).filter(is_active=True)
    if words := asked.get("q"):
        rows = rows.filter(name__icontains=words) | rows.filter(ref=words.upper())
    if region := asked.get("region"):
        rows = rows.filter(within("region", region))
    if (kind := asked.get("type")) in CommitteeType.values:
        rows = rows.filter(type=kind)
    if health := asked.get("health"):
        # As of the day on which each was last looked at: at its last change, and once a day.
        wrong = Counted.objects.filter(kind=Kind.COMMITTEE, facts__breach=True).values("key")
        rows = rows.filter(pk__in=wrong) if health == "breach" else rows.exclude(pk__in=wrong)
    return in_state(rows, Committee.noun, KINDS, asked.get("registration", ""), at)


@dataclass(frozen=True)
class Row:
    """`untrained`: how many of its people no training counts for any more."""

    committee: Committee
    state: str
    clock: Deadline | None
    number: str
    blocking: list[Refusal]
    warnings: list[Refusal]
    untrained: int


def rows_of(committees: Iterable[Committee], at: datetime) -> list[Row]:
    """Six questions, however many they are."""
    found = list(committees)
    facts = facts_of(found, law_day(at))
    refs = [one.ref for one in found]
    clocks = clocks_of(Committee.noun, refs, KINDS)
    numbers = _numbers(found)
    untrained = Counter(_UNTRAINED(refs, at=at))
    rows = []
    for one in found:
        of = clocks.get(one.ref, [])
        findings = _findings(one, facts[one.pk], at)
        rows.append(
            Row(
                committee=one,
                state=state_of(of, KINDS, at),
                clock=next((clock for clock in of if not clock.outcome), None),
                number=numbers.get(one.pk, ""),
                blocking=[refusal(each) for each in findings if each.blocks],
                warnings=[refusal(each) for each in findings if not each.blocks],
                untrained=untrained[one.ref],
            )
        )
    return rows


def _findings(committee: Committee, facts: CommitteeFacts, at: datetime) -> list[Finding]:
    policy = committee.policy(committee.regimes, at)
    return composition.check(facts, policy, regimes=committee.regimes, day=law_day(at))


def _numbers(committees: list[Committee]) -> dict[int, str]:
    """The receipt that holds: the last one."""
    return dict(_NUMBERS([one.pk for one in committees]))


_NUMBERS = PreparedForMany(
    lambda keys: (
        CommitteeRegistration.objects.held()
        .filter(committee__body_ptr__id__in=keys)
        .order_by("pk")
        .values_list("committee_id", "number")
    )
)
_UNTRAINED = PreparedForMany(
    lambda refs: (
        Deadline.objects.late(Given("at"))
        .filter(kind=TRAINING, subject_kind=Committee.noun, subject_ref__in=refs)
        .values_list("subject_ref", flat=True)
    )
)


@dataclass(frozen=True)
class Quality:
    """Of the last twelve months: how much was decided, how quickly, how late, how often changed, how often not of one
    mind; and what is in hand now. Shares in percent.
    """

    since: date
    decided: int
    median: int | None
    late: int | None
    modified: int | None
    dissent: int | None
    open: int
    per_member: str


def quality_of(committee: Committee, members: int, at: datetime) -> Quality:
    """Five questions, all bounded by the committee."""
    day = law_day(at)
    since = add_months(day, -LOOKED_BACK)
    figures = decisions_of(committee, since, day)
    now = open_now(committee)
    return Quality(
        since=since,
        decided=figures.get("decided", 0),
        median=median_days(figures),
        late=percent(figures, "late", "decided"),
        modified=percent(figures, "outcome.modification_required", "decided"),
        dissent=percent(figures, "dissent", "decided"),
        open=now,
        per_member=f"{now / members:.1f}" if members else "—",
    )


def voters(memberships: Iterable[Membership], day: date) -> int:
    seats = (one for one in memberships if one.appointment.role in composition.VOTING and one.covers(day))
    return len({one.appointment.person_id for one in seats})


def own_side(committee: Committee, standing: Standing) -> bool:
    """Whether the person registers it: of its unit, or its secretary, or for a centre an operator."""
    if standing.holds(*COMMITTEE_ROLES, body_id=committee.pk):
        return True
    return bool(committee.capacities(standing) & {Role.INSTITUTION_OFFICER, Role.OPERATOR})
