"""What a committee did in a time, counted from its own rows; every question is bounded by the committee."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import end_of_day, law_day
from ethicsreview.deadlines.models import Deadline
from reviews.models.appeals.appeal import Appeal
from reviews.models.counting.triggers import DECISION
from reviews.models.following.follow_up import OUTCOMES, FollowUp
from reviews.models.following.report import Report
from reviews.models.meetings.meeting import Meeting
from reviews.models.opinions.opinion import Opinion
from reviews.models.reviewing.decision import Decision
from reviews.models.reviewing.review import Review

VOTERS = (Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER)
DAY = timedelta(days=1)


def year_of(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def figures_of(committee: Committee, first: date, last: date) -> dict[str, int]:
    """Of the days from `first` to `last` in Asia/Shanghai, both included. Eleven questions."""
    begin, end = end_of_day(first - DAY), end_of_day(last)
    mine = Review.objects.filter(committee=committee).exclude(state="draft")
    met = Meeting.objects.filter(committee=committee, state="closed")
    voting = committee.memberships.on(last).filter(appointment__role__in=VOTERS)
    taught = committee.trainings.filter(held_on__gte=first, held_on__lte=last)
    appealed = Appeal.objects.filter(review__committee=committee)
    found: dict[str, int] = {
        "committees": 1,
        "received": mine.filter(submitted_at__gte=begin, submitted_at__lt=end).count(),
        "meetings": met.filter(opened_at__gte=begin, opened_at__lt=end).count(),
        "appeals": appealed.filter(filed_at__gte=begin, filed_at__lt=end).count(),
        "members": voting.values("appointment__person").distinct().count(),
        "trained": taught.values("person").distinct().count(),
        **decisions_of(committee, first, last),
    }
    owed = FollowUp.objects.filter(review__committee=committee, due_on__gte=first, due_on__lte=last)
    for state in owed.exclude(state="cancelled").values_list("state", flat=True):
        _add(found, "follow_up.due")
        if state in OUTCOMES:
            _add(found, "follow_up.done")
    filed = Report.objects.filter(review__committee=committee, filed_at__gte=begin, filed_at__lt=end)
    for kind, number in filed.order_by().values_list("kind").annotate(number=Count("pk")):
        found[f"report.{kind}"] = number
    return {name: number for name, number in sorted(found.items()) if number}


def decisions_of(committee: Committee, first: date, last: date) -> dict[str, int]:
    """What it decided in these days, how, how quickly, how agreed. Four questions.

    A review counts as decided in the time of its latest decision, as in the overview (rules/counting.py).
    """
    decided = Review.objects.filter(
        committee=committee, concluded_at__gte=end_of_day(first - DAY), concluded_at__lt=end_of_day(last)
    )
    keys = decided.values("pk")
    found = {"late": _late(decided.values("ref")), "dissent": _dissent(keys)}
    for one in decided.values("pk", "accepted_at", "concluded_at", "procedure", "listed"):
        _take(found, one)
    outcomes = Decision.objects.filter(review__in=keys).order_by("decided_at", "pk").values_list("review_id", "outcome")
    for outcome in dict(outcomes).values():
        _add(found, f"outcome.{outcome}")
    return {name: number for name, number in found.items() if number}


def _take(found: dict[str, int], one: dict[str, Any]) -> None:
    _add(found, "decided")
    if one["procedure"]:
        _add(found, f"procedure.{one['procedure']}")
    if one["listed"]:
        _add(found, "listed")
    accepted, decided = one["accepted_at"], one["concluded_at"]
    if accepted is not None and accepted <= decided:
        _add(found, f"days.{(law_day(decided) - law_day(accepted)).days}")


def _add(found: dict[str, int], name: str) -> None:
    found[name] = found.get(name, 0) + 1


def _late(refs: Any) -> int:
    """Reviews whose time to decide had passed before they were decided."""
    missed = Deadline.objects.filter(
        kind=DECISION, object_kind=Review.noun, object_ref__in=refs, breached_at__isnull=False
    )
    return missed.values("object_ref").distinct().count()


def _dissent(keys: Any) -> int:
    """Reviews in which not all ballots of the round that was decided agreed. Who voted how is in no figure."""
    cast = Opinion.objects.filter(review__in=keys, state="cast", round=F("review__round"))
    split = cast.values("review").annotate(verdicts=Count("verdict", distinct=True)).filter(verdicts__gt=1)
    return split.count()


def open_now(committee: Committee) -> int:
    """Reviews in hand."""
    return Review.objects.open().filter(committee=committee).exclude(state="draft").count()
