"""What is measured of committees. Each number is one aggregated question, and its evidence one for those over it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from committees.models import Committee
from ethicsreview.deadlines.calendar import end_of_day, law_day
from ethicsreview.deadlines.models import Deadline, Unit
from reviews.models import Counted, FollowUp, Meeting, Opinion, Review
from reviews.models.counting.kept import Kind
from reviews.models.counting.triggers import DECISION
from reviews.models.meetings.meeting import Attendance
from reviews.oversight.warnings.looking import Look, Measure, Number, counted, gathered, none_of
from reviews.rules.warnings import WEEK, Row, against_ordinary, percent

COMMITTEE = "committee"
BALLOTS = 2  # below that nobody can disagree with anybody


# --- follow-ups past their day ------------------------------------------------------------------------------------


def _late_follow_ups(look: Look) -> "QuerySet[FollowUp]":
    rows: QuerySet[FollowUp] = FollowUp.objects.late_on(look.day).filter(**look.within("review__committee__region"))
    return rows


def late_follow_ups(look: Look) -> dict[int, Number]:
    rows = _late_follow_ups(look).values("review__committee").annotate(n=Count("pk")).filter(n__gte=look.lowest)
    return counted(rows.order_by().values_list("review__committee", "n"))


def _of_late_follow_ups(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows = _late_follow_ups(look).filter(review__committee__in=keys).order_by("due_on", "pk")
    found = rows.values_list("review__committee", "ref", "due_on")
    return gathered((key, Row(FollowUp.noun, ref, day.isoformat())) for key, ref, day in found.iterator())


# --- deadlines that were missed -----------------------------------------------------------------------------------


def _missed(look: Look) -> "QuerySet[Deadline]":
    late = Deadline.objects.late(look.at).filter(body__kind=COMMITTEE, lapses=False)
    return late.filter(**look.within("body__region"))


URGENT = Q(kind=DECISION, unit=Unit.HOURS)


def late_deadlines(look: Look) -> dict[int, Number]:
    return _by_body(_missed(look).exclude(URGENT), look)


def late_emergencies(look: Look) -> dict[int, Number]:
    """Hours run through nights and holidays, and the re-check counts inside them (Measures 36)."""
    return _by_body(_missed(look).filter(URGENT), look)


def _by_body(rows: "QuerySet[Deadline]", look: Look) -> dict[int, Number]:
    found: Any = rows.values("body").annotate(n=Count("pk")).filter(n__gte=look.lowest)
    return counted(found.order_by().values_list("body", "n"))


def _of_late_deadlines(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    return _deadline_rows(_missed(look).exclude(URGENT), keys)


def _of_late_emergencies(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    return _deadline_rows(_missed(look).filter(URGENT), keys)


def _deadline_rows(rows: "QuerySet[Deadline]", keys: Collection[int]) -> Mapping[int, list[Row]]:
    found: Any = rows.filter(body__in=keys).order_by("due_at", "pk")
    columns = found.values_list("body", "object_kind", "object_ref", "label", "due_at")
    return gathered(
        (body, Row(kind, ref, law_day(due_at).isoformat(), name=label))
        for body, kind, ref, label, due_at in columns.iterator()
    )


# --- urgency ------------------------------------------------------------------------------------------------------


def _accepted(look: Look) -> "QuerySet[Review]":
    return Review.objects.filter(accepted_at__gte=look.since, accepted_at__lte=look.at).filter(
        **look.within("committee__region")
    )


def urgent_share(look: Look) -> dict[int, Number]:
    """Measures 39: urgency is no way around review."""
    urgent = Count("pk", filter=Q(procedure=Review.Procedure.EMERGENCY))
    rows: Any = _accepted(look).values("committee").annotate(all=Count("pk"), urgent=urgent)
    rows = rows.filter(all__gte=look.terms.least, urgent__gt=0).order_by()
    return {
        key: Number(percent(urgent, whole), {"accepted": whole, "urgent": urgent})
        for key, whole, urgent in rows.values_list("committee", "all", "urgent")
    }


def _of_urgent_share(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows = _accepted(look).filter(committee__in=keys, procedure=Review.Procedure.EMERGENCY).order_by("-accepted_at")
    return _review_rows(rows, "accepted_at")


def _review_rows(rows: "QuerySet[Review]", when: str) -> Mapping[int, list[Row]]:
    columns: Any = rows.values_list("committee", "ref", when)
    return gathered((key, Row(Review.noun, ref, law_day(at).isoformat())) for key, ref, at in columns.iterator())


# --- composition --------------------------------------------------------------------------------------------------


def _unfit(look: Look) -> "QuerySet[Committee]":
    """As of the day on which each was last looked at: at its last change, and once a day (oversight/overview)."""
    wrong = Counted.objects.filter(kind=Kind.COMMITTEE, facts__breach=True).values("key")
    return Committee.objects.filter(pk__in=wrong, **look.within("region"))


def unfit_committee(look: Look) -> dict[int, Number]:
    """How much waits for a committee that may not review (Measures 7)."""
    keys = list(_unfit(look).values_list("pk", flat=True))
    rows: Any = Review.objects.open().filter(committee__in=keys).exclude(state=Review.State.DRAFT)
    rows = rows.values("committee").annotate(n=Count("pk")).filter(n__gte=look.lowest).order_by()
    return counted(rows.values_list("committee", "n"))


def _of_unfit_committee(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows = Review.objects.open().filter(committee__in=keys, submitted_at__isnull=False)
    return _review_rows(rows.exclude(state=Review.State.DRAFT).order_by("submitted_at", "pk"), "submitted_at")


# --- votes --------------------------------------------------------------------------------------------------------


def no_dissent(look: Look) -> dict[int, Number]:
    """Of the reviews decided by two ballots or more, those of one mind. A number of the committee, never whose vote."""
    cast: Any = Opinion.objects.filter(
        state=Opinion.State.CAST,
        round=F("review__round"),
        review__concluded_at__gte=look.since,
        review__concluded_at__lte=look.at,
        **look.within("review__committee__region"),
    )
    rows = (
        cast.order_by().values("review__committee", "review").annotate(n=Count("pk"), v=Count("verdict", distinct=True))
    )
    decided: dict[int, int] = defaultdict(int)
    agreed: dict[int, int] = defaultdict(int)
    for key, verdicts in rows.filter(n__gte=BALLOTS).values_list("review__committee", "v").iterator():
        decided[key] += 1
        agreed[key] += verdicts == 1
    return {
        key: Number(percent(agreed[key], number), {"decided": number, "unanimous": agreed[key]})
        for key, number in decided.items()
        if number >= look.terms.least
    }


# --- attendance ---------------------------------------------------------------------------------------------------


def _seldom(look: Look, keys: Collection[int] | None = None) -> Iterator[tuple[int, str, str, int]]:
    """Committee, account, name, share: of members marked at `least` meetings or more, those below the share."""
    marked = Attendance.objects.filter(
        meeting__state=Meeting.State.CLOSED,
        meeting__opened_at__gte=look.since,
        meeting__opened_at__lte=look.at,
        **look.within("meeting__committee__region"),
    ).exclude(presence="")
    if keys is not None:
        marked = marked.filter(meeting__committee__in=keys)
    who = "membership__appointment__person"
    rows: Any = marked.order_by().values("meeting__committee", f"{who}__username", f"{who}__name")
    rows = rows.annotate(n=Count("pk"), there=Count("pk", filter=Q(presence__in=Attendance.THERE)))
    columns = ("meeting__committee", f"{who}__username", f"{who}__name", "n", "there")
    for committee, account, name, held, there in rows.filter(n__gte=look.terms.least).values_list(*columns).iterator():
        if there * 100 < look.percent * held:
            yield committee, account, name, percent(there, held)


def attendance(look: Look) -> dict[int, Number]:
    found: dict[int, int] = defaultdict(int)
    for committee, *_who in _seldom(look):
        found[committee] += 1
    return {key: Number(number, {"below_percent": look.percent}) for key, number in found.items()}


def _of_attendance(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows = sorted(_seldom(look, keys), key=lambda row: (row[3], row[1]))
    return gathered((key, Row("person", account, name=name, number=share)) for key, account, name, share in rows)


# --- bursts -------------------------------------------------------------------------------------------------------


def _week(look: Look) -> Any:
    return end_of_day(look.day - timedelta(days=WEEK))


def bursts(look: Look) -> dict[int, Number]:
    """The last seven days against the weeks before them."""
    begun, first = _week(look), end_of_day(look.day - timedelta(days=WEEK + look.terms.days))
    rows: Any = Review.objects.filter(submitted_at__gte=first, submitted_at__lte=look.at)
    rows = rows.filter(**look.within("committee__region")).values("committee").order_by()
    rows = rows.annotate(
        recent=Count("pk", filter=Q(submitted_at__gte=begun)), before=Count("pk", filter=Q(submitted_at__lt=begun))
    ).filter(recent__gte=max(look.terms.least, 1))
    return {
        key: Number(against_ordinary(recent, before, look.terms.days), {"recent": recent, "before": before})
        for key, recent, before in rows.values_list("committee", "recent", "before")
    }


def _of_bursts(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows = Review.objects.filter(committee__in=keys, submitted_at__gte=_week(look), submitted_at__lte=look.at)
    return _review_rows(rows.order_by("-submitted_at", "-pk"), "submitted_at")


LATE_FOLLOW_UPS = Measure(late_follow_ups, _of_late_follow_ups)
LATE_DEADLINES = Measure(late_deadlines, _of_late_deadlines)
LATE_EMERGENCIES = Measure(late_emergencies, _of_late_emergencies)
URGENT_SHARE = Measure(urgent_share, _of_urgent_share)
UNFIT_COMMITTEE = Measure(unfit_committee, _of_unfit_committee)
NO_DISSENT = Measure(no_dissent, none_of)
ATTENDANCE = Measure(attendance, _of_attendance)
BURSTS = Measure(bursts, _of_bursts)
