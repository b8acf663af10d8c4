"""What of one activity is counted, and where: plain facts in, counters out.

Two facts that are equal are counted alike, whoever counted them and when. Days are those of Asia/Shanghai, durations
calendar days.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# (measure, period, region, field, procedure, detail)
Cell = tuple[str, str, str, str, str, str]

# Of every review of the territory: statistics.
RECEIVED, DECIDED, DAYS, OPEN, LATE, FOLLOW_UP = "received", "decided", "days", "open", "late", "follow_up"
LISTED = "listed"
# Of the cases that a regulator may open, and (for who sees all) of all cases: what a list can show.
HIGH, ALL = "high.", "all."
COMMITTEE = "committee"
BREACH, IN_ORDER = "out_of_order", "in_order"


def periods(day: str) -> tuple[str, str, str]:
    """The month, the quarter and the year of a day in ISO 8601."""
    year, month = day[:4], int(day[5:7])
    return day[:7], f"{year}-Q{(month + 2) // 3}", year


def cells(facts: Mapping[str, Any]) -> "Counter[Cell]":
    """The counters in which an activity stands, and how often. `facts` as `facts_of` in oversight reads them; empty for
    what is not counted.
    """
    found: Counter[Cell] = Counter()
    if not facts:
        return found
    region = str(facts["region"])
    if "committee" in facts:
        found[(COMMITTEE, "", region, "", "", BREACH if facts["breach"] else IN_ORDER)] += 1
        return found
    field = str(facts["field"])
    reviews: Sequence[Mapping[str, Any]] = facts["reviews"]
    for review in reviews:
        for measure, period, detail in _of_review(review):
            found[(measure, period, region, field, review["procedure"], detail)] += 1
    for ends in facts["follow_ups"]:
        found[(FOLLOW_UP, "", region, field, "", ends[0])] += 1
    for audience, own in ((HIGH, [one for one in reviews if one["high"]]), (ALL, reviews)):
        owed = [day for day, high in facts["follow_ups"] if high or audience == ALL]
        for measure, period, detail in _of_case(own, owed):
            found[(audience + measure, period, region, field, "", detail)] += 1
    return found


def _of_review(review: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    if review["received"]:
        yield from ((RECEIVED, period, "") for period in periods(review["received"]))
    if review["decided"]:
        for period in periods(review["decided"]):
            yield DECIDED, period, review["outcome"]
            if review["days"] is not None:
                yield DAYS, period, str(review["days"])
    if review["open"]:
        yield OPEN, "", ""
        if review["ends"]:
            yield LATE, "", review["ends"]


def _of_case(reviews: Sequence[Mapping[str, Any]], owed: Sequence[str]) -> Iterable[tuple[str, str, str]]:
    """An activity once, however many of its reviews there are: as a list of cases shows it."""
    for measure in (RECEIVED, DECIDED):
        of = {period for one in reviews if one[measure] for period in periods(one[measure])}
        yield from ((measure, period, "") for period in of)
    going_on = [one for one in reviews if one["open"]]
    if going_on:
        yield OPEN, "", ""
    if ends := [one["ends"] for one in going_on if one["ends"]]:
        # It is late as soon as its first end has passed.
        yield LATE, "", min(ends)
    if owed:
        yield FOLLOW_UP, "", min(owed)
    if listed := [one["state"] for one in reviews if one["listed"]]:
        yield LISTED, "", listed[-1]


def quantile(histogram: Mapping[int, int], share: float) -> int | None:
    """The smallest number of days within which at least that share (a fraction) was done; None of nothing."""
    total = sum(histogram.values())
    reached = 0
    for days in sorted(histogram):
        reached += histogram[days]
        if total and reached >= share * total:
            return days
    return None
