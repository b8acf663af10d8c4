"""The facts of activities and committees that are counted, read from their rows: a few questions for many objects."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import F

from committees import composition
from committees.facts import facts_of
from committees.kinds import CommitteeState
from committees.models import Committee
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from reviews.models import Decision, FollowUp, Project, Review
from reviews.models.counting.triggers import DECISION
from reviews.models.reviewing.states import OPEN_STATES, State

Facts = dict[str, Any]
SHOWN = (
    *("pk", "ref", "project_id", "state", "procedure", "listed", "assessment__high_risk"),
    *("submitted_at", "accepted_at", "concluded_at"),
)


def moment(at: datetime) -> str:
    """Of one length, so that the order of texts is that of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def of_projects(keys: Collection[int]) -> dict[int, Facts]:
    """Five questions, however many projects. One without a review that was submitted has no facts."""
    rows = Review.objects.filter(project__in=keys).exclude(state=State.DRAFT)
    reviews = list(rows.order_by("pk").values(*SHOWN))
    found: dict[int, Facts] = {}
    projects = Project.objects.filter(pk__in={one["project_id"] for one in reviews})
    for key, region, field in projects.values_list("pk", "region", "field"):
        found[key] = {"region": region, "field": field, "reviews": [], "follow_ups": []}
    outcomes = _outcomes([one["pk"] for one in reviews if one["concluded_at"]])
    ends = _ends([one["ref"] for one in reviews if one["state"] in OPEN_STATES])
    high = set()
    for one in reviews:
        facts = _of_review(one, outcomes.get(one["pk"], ""), ends.get(one["ref"], ""))
        found[one["project_id"]]["reviews"].append(facts)
        if facts["high"]:
            high.add(one["pk"])
    owed = FollowUp.objects.outstanding().filter(project__in=list(found)).order_by("due_on", "pk")
    for key, review, due_on in owed.values_list("project_id", "review_id", "due_on"):
        found[key]["follow_ups"].append([due_on.isoformat(), review in high])
    return found


def _of_review(one: dict[str, Any], outcome: str, ends: str) -> Facts:
    accepted, decided = one["accepted_at"], one["concluded_at"]
    # Taken up again after its decision, it has no duration until it is decided anew.
    timed = accepted is not None and decided is not None and accepted <= decided
    return {
        "state": one["state"],
        "procedure": one["procedure"],
        "listed": bool(one["listed"]),
        "high": bool(one["listed"] or one["assessment__high_risk"]),
        "open": one["state"] in OPEN_STATES,
        "received": law_day(one["submitted_at"]).isoformat() if one["submitted_at"] else "",
        "decided": law_day(decided).isoformat() if decided else "",
        "outcome": outcome,
        "days": (law_day(decided) - law_day(accepted)).days if timed else None,
        "ends": ends,
    }


def _outcomes(reviews: list[int]) -> dict[int, str]:
    """Of each review its latest decision's."""
    rows = Decision.objects.filter(review__in=reviews).order_by("decided_at", "pk")
    return dict(rows.values_list("review_id", "outcome"))


def _ends(refs: list[str]) -> dict[str, str]:
    """When the time to decide is over, where it runs: a clock that stands still makes nobody late."""
    running = Deadline.objects.open().filter(object_kind=Review.noun, object_ref__in=refs, kind=DECISION)
    rows = running.filter(paused_at__isnull=True).order_by("-due_at").values_list("object_ref", "due_at")
    return {ref: moment(due_at) for ref, due_at in rows}


def of_committees(keys: Collection[int], at: datetime) -> dict[int, Facts]:
    """Those that are at work, and whether anything keeps them from reviewing, by the composition rules of the day."""
    day = law_day(at)
    rows = Committee.objects.filter(pk__in=keys, state=CommitteeState.ACTIVE, is_active=True)
    known = facts_of(rows, day)
    found: dict[int, Facts] = defaultdict(dict)
    for one in rows:
        facts, policy = known[one.pk], one.policy(one.regimes, at)
        findings = composition.check(facts, policy, regimes=one.regimes, day=day)
        breach = any(finding.blocks for finding in findings)
        found[one.pk] = {"region": one.region, "committee": True, "breach": breach}
    return dict(found)


def owing_a_look(at: datetime, most: int) -> list[int]:
    """Committees that were not looked at today, the longest not looked at first."""
    from reviews.models import Counted

    rows = Counted.objects.filter(kind="committee", day__lt=law_day(at)).order_by(F("day"), "pk")
    return list(rows.values_list("key", flat=True)[:most])
