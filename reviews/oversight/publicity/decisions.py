"""The public register of approvals: as much of each as the policy of its committee's place makes public."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.regions import provinces, territory_prefix
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import Revocation
from ethicsreview.policy import Policy, policy_for
from reviews.models import Decision, Project, Review
from reviews.models.reviewing.decision import Outcome
from reviews.oversight.registers.rows import within

VALID, REPLACED, REVOKED = "valid", "replaced", "revoked"
VALIDITY: dict[str, str | Promise] = {
    VALID: _("有效"),
    REPLACED: _("已由新的决定代替"),
    REVOKED: _("已撤销"),
}
RELATED = ("review__committee", "review__project__institution")


def approvals(asked: Mapping[str, str], at: datetime) -> "QuerySet[Decision]":
    """What is public where the place's policy makes it so; a follow-up approves nothing anew."""
    rows = Decision.objects.filter(outcome=Outcome.APPROVED, preliminary=False).exclude(
        review__kind=Review.Kind.FOLLOW_UP
    )
    rows = rows.exclude(_closed(at))
    if words := asked.get("q"):
        named = Committee.objects.filter(Q(name__icontains=words) | Q(ref=words.upper())).values("pk")
        rows = rows.filter(Q(number=words) | Q(review__committee__in=named))
    if committee := asked.get("committee"):
        rows = rows.filter(review__committee__ref=committee)
    if region := asked.get("region"):
        rows = rows.filter(within("review__committee__region", region))
    return rows


def _closed(at: datetime) -> Q:
    """Places whose policy keeps the register to itself."""
    found = Q(pk__in=[])
    for code in provinces():
        if not policy_for(region=code, at=at).value("publicity.decisions", default=False):
            found |= Q(review__committee__region__startswith=territory_prefix(code))
    return found


@dataclass(frozen=True)
class Approval:
    """What is public of one; empty where it is not."""

    number: str
    committee: str
    committee_ref: str
    kind: str
    procedure: str
    date: date | None
    validity: str
    institution: str
    title: str


def told(decisions: Iterable[Decision], at: datetime) -> list[Approval]:
    """Two questions, however many they are."""
    rows = list(decisions)
    standing = _standing(rows, at)
    return [_told(one, standing[one.pk], policy_for(region=one.review.committee.region, at=at)) for one in rows]


def _told(one: Decision, validity: str, policy: Policy) -> Approval:
    parts = policy.value("publicity.decision_parts")
    review = one.review

    def part(name: str, value: str) -> str:
        return value if name in parts else ""

    return Approval(
        number=part("number", one.number),
        committee=part("committee", review.committee.name),
        committee_ref=part("committee", review.committee.ref),
        kind=part("kind", str(review.get_kind_display())),
        procedure=part("procedure", str(review.get_procedure_display())),
        date=law_day(one.decided_at) if "date" in parts else None,
        validity=part("validity", validity),
        institution=part("institution", review.project.institution.name if review.project.institution else ""),
        title=part("title", review.project.title),
    )


def _standing(rows: list[Decision], at: datetime) -> dict[int, str]:
    """Of each what it comes to today, by the same rules as a letter's own page (`verifying`)."""
    projects = {one.review.project_id for one in rows}
    others = Decision.objects.filter(review__project__in=projects).exclude(review__kind=Review.Kind.FOLLOW_UP)
    later = list(others.values_list("review__project_id", "review_id", "pk", "outcome", "preliminary"))
    numbers = [one.number for one in rows]
    gone = set(
        Revocation.objects.filter(letter__number__in=numbers, at__lte=at).values_list("letter__number", flat=True)
    )
    return {one.pk: _one_standing(one, later, gone) for one in rows}


def _one_standing(one: Decision, later: list[tuple[int, int, int, str, bool]], gone: set[str]) -> str:
    state = one.review.project.state
    if one.number in gone:
        return str(VALIDITY[REVOKED])
    latest = next(
        pk
        for project, review, pk, outcome, preliminary in later
        if project == one.review.project_id
        and (review == one.review_id or (outcome == Outcome.APPROVED and not preliminary))
    )
    if latest != one.pk:
        return str(VALIDITY[REPLACED])
    if state != Project.State.APPROVED:
        return str(Project.State(state).label)
    return str(VALIDITY[VALID])
