"""What came of the replay, beside what was published."""

import csv
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from ethicsreview.deadlines.calendar import LAW_ZONE, is_holiday, law_day
from ethicsreview.deadlines.models import Deadline
from reviews.models import Decision, Meeting, Review
from tests.replay.running import (
    ACCEPTED_AFTER,
    ANSWERED_AFTER,
    CONFIRMED_AFTER,
    MEETING_AFTER,
    Replay,
    filed_on,
)


def first_decisions() -> list[Decision]:
    found: dict[int, Decision] = {}
    for decision in Decision.objects.select_related("review").order_by("decided_at", "pk"):
        found.setdefault(decision.review_id, decision)
    return list(found.values())


def days(span: timedelta) -> float:
    return span / timedelta(days=1)


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def after_the_answer() -> list[float]:
    """From the version that answered to the decision on it."""
    later = Decision.objects.filter(submission__number__gt=1).select_related("submission")
    return [days(decision.decided_at - decision.submission.sealed_at) for decision in later]


def to_approval() -> list[float]:
    """From the first version handed in to the approval, the applicant's own time included."""
    rows = Decision.objects.filter(outcome="approved").select_related("review")
    return [days(decision.decided_at - decision.review.submitted_at) for decision in rows]


def clocks() -> Counter[str]:
    rows = Deadline.objects.filter(kind="review.decision", unit="hours")
    return Counter("late" if row.breached_at else row.outcome or "running" for row in rows)


def figures(replay: Replay, folder: Path) -> list[str]:
    """The table, line by line: the replay, then what was published."""
    first = first_decisions()
    share = Counter(decision.outcome for decision in first)
    percent = {outcome: 100 * number / len(first) for outcome, number in share.items()}
    asked = percent.get("modification_required", 0) + percent.get("revision_required", 0)
    waits = [days(decision.decided_at - decision.review.submitted_at) for decision in first]
    hours = sorted((d.decided_at - d.review.accepted_at) / timedelta(hours=1) for d in first)
    local = [timezone.localtime(decision.decided_at, LAW_ZONE) for decision in first]
    free = sum(is_holiday(day.date()) or not 8 <= day.hour < 18 for day in local)
    told, start = clocks(), replay.moved(min(map(filed_on, replay.rows.values())))
    return [
        f"trials {len(first)} of {len(replay.rows)}, meetings {Meeting.objects.count()} (all by video), "
        f"committees {Meeting.objects.values('committee').distinct().count()}",
        f"moved by {replay.weeks} weeks: the first was filed on {law_day(start)}, by rules in force that day",
        "",
        _line("", "n", "submit→first", "answer→end", "to approval", "approve", "modify", "reject"),
        _line(
            "replay, emergency procedure",
            len(first),
            f"{mean(waits):.2f} d",
            f"{mean(after_the_answer()):.2f} d",
            f"{mean(to_approval()):.2f} d",
            f"{percent.get('approved', 0):.1f}%",
            f"{asked:.1f}%",
            f"{percent.get('rejected', 0):.1f}%",
        ),
        *(_published(row) for row in published(folder)),
        "",
        f"hours from acceptance to first decision: median {hours[len(hours) // 2]:.1f}, longest {hours[-1]:.1f}, of 72",
        f"clocks in hours: {told['met']} met in time, {told['late']} late, {told['running']} still running",
        f"first decisions at night or on a day off: {free}",
        f"at the end: {dict(Counter(Review.objects.values_list('state', flat=True)))}",
        "",
        "The register says when a trial was registered, not what its committee decided or how soon each side acted:",
        f"outcomes follow Henan's proportions; acceptance {_h(ACCEPTED_AFTER)} after filing,",
        f"meeting {_h(MEETING_AFTER)} after acceptance, answer {_h(ANSWERED_AFTER)} after the opinion, "
        f"confirmation {_h(CONFIRMED_AFTER)} after the answer.",
    ]


def published(folder: Path) -> list[dict[str, str]]:
    with (folder / "stats" / "published_review_statistics_cn.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _published(row: dict[str, str]) -> str:
    def said(name: str, unit: str) -> str:
        return f"{row[name]}{unit}" if row[name] else "–"

    name = f"{row['source'].split(' – ')[0].split(',')[0]}: {row['route'].split(',')[0]}, {row['period'][:10]}"
    return _line(
        name,
        row["n"],
        said("days_submit_to_first_decision_mean", " d").replace(" (calendar)", ""),
        said("days_resubmit_to_decision_mean", " d"),
        said("days_to_approval_mean", " d").split(" (")[0],
        said("approve_pct", "%"),
        said("modify_pct", "%"),
        said("reject_pct", "%"),
    )


def _line(*cells: Any) -> str:
    name, n, first, answer, approval, approve, modify, reject = cells
    return f"{name[:58]:<58} {n:>4} {first:>13} {answer:>11} {approval:>12} {approve:>8} {modify:>7} {reject:>7}"


def _h(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.0f} h"
