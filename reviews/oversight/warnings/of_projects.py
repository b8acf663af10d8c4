"""What is measured of activities of high risk, and of institutions by the events that they report."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from ethicsreview.deadlines.calendar import law_day
from reviews.models import (
    Decision,
    FollowUp,
    ForeignApproval,
    Outcome,
    Project,
    Recognition,
    Report,
    Review,
    Submission,
)
from reviews.models.following.contents import Kind
from reviews.models.warnings.watched import high_risk
from reviews.oversight.warnings.looking import Look, Measure, Number, counted, gathered
from reviews.rules.warnings import Row

RUNNING = (Project.State.APPROVED, Project.State.SUSPENDED)
NOT_APPROVED = (Project.State.ASSESSED, Project.State.UNDER_REVIEW, Project.State.REJECTED)
HUNDRED = 100


# --- serious adverse events ---------------------------------------------------------------------------------------


def _events(look: Look) -> "QuerySet[Report]":
    rows: QuerySet[Report] = Report.objects.filter(
        kind=Kind.SAE, filed_at__gte=look.since, filed_at__lte=look.at, **look.within("project__region")
    ).exclude(state=Report.State.WITHDRAWN)
    return rows


def adverse_events(look: Look) -> dict[int, Number]:
    rows: Any = _events(look).filter(high_risk("project")).values("project").annotate(n=Count("pk"))
    return counted(rows.filter(n__gte=look.lowest).order_by().values_list("project", "n"))


def _of_adverse_events(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    return _event_rows(look, "project", keys)


def _event_rows(look: Look, path: str, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows: Any = _events(look).filter(**{f"{path}__in": keys}).order_by("-filed_at", "-pk")
    columns = rows.values_list(path, "ref", "filed_at")
    return gathered((key, Row(Report.noun, ref, law_day(at).isoformat())) for key, ref, at in columns.iterator())


UNIT = "project__institution"


def adverse_event_rate(look: Look) -> dict[int, Number]:
    """Reports for each hundred activities that run, of institutions with `least` reports or more."""
    rows: Any = _events(look).values(UNIT).annotate(n=Count("pk")).filter(n__gte=look.terms.least).order_by()
    events = dict(rows.values_list(UNIT, "n"))
    running: Any = Project.objects.filter(institution__in=list(events), state__in=RUNNING).order_by()
    whole = dict(running.values("institution").annotate(n=Count("pk")).values_list("institution", "n"))
    return {
        key: Number(HUNDRED * n // max(whole.get(key, 0), 1), {"events": n, "running": whole.get(key, 0)})
        for key, n in events.items()
    }


def _of_adverse_event_rate(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    return _event_rows(look, UNIT, keys)


# --- suspensions --------------------------------------------------------------------------------------------------


def _suspended(look: Look) -> "QuerySet[Decision]":
    return Decision.objects.filter(
        outcome=Outcome.SUSPENDED, decided_at__gte=look.since, decided_at__lte=look.at
    ).filter(**look.within("review__project__region"))


def _stopped(look: Look) -> "QuerySet[FollowUp]":
    """Suspended because nobody reported in time, where a policy says so."""
    rows: QuerySet[FollowUp] = FollowUp.objects.filter(
        suspended_at__gte=look.since, suspended_at__lte=look.at, **look.within("project__region")
    )
    return rows


def suspensions(look: Look) -> dict[int, Number]:
    found: Counter[int] = Counter()
    for rows, path in ((_suspended(look), "review__project"), (_stopped(look), "project")):
        summed: Any = rows.filter(high_risk(path)).order_by().values(path).annotate(n=Count("pk"))
        found.update(dict(summed.values_list(path, "n")))
    return counted((key, number) for key, number in found.items() if number >= look.lowest)


def _of_suspensions(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    decided = _suspended(look).filter(review__project__in=keys)
    found = [
        (key, Row(Review.noun, ref, law_day(at).isoformat()))
        for key, ref, at in decided.values_list("review__project", "review__ref", "decided_at")
    ]
    stopped: Any = _stopped(look).filter(project__in=keys).values_list("project", "ref", "suspended_at")
    found += [(key, Row(FollowUp.noun, ref, law_day(at).isoformat())) for key, ref, at in stopped]
    return gathered(sorted(found, key=lambda one: (one[1].day, one[1].ref)))


# --- handed in again and again ------------------------------------------------------------------------------------


def _handed_in(look: Look) -> "QuerySet[Submission]":
    return Submission.objects.filter(sealed_at__gte=look.since, sealed_at__lte=look.at).filter(
        **look.within("review__project__region")
    )


def resubmissions(look: Look) -> dict[int, Number]:
    """Every sealed version counts: first, supplemented, revised, and those of further reviews of the same activity."""
    path = "review__project"
    rows: Any = _handed_in(look).values(path).annotate(n=Count("pk")).filter(n__gte=look.lowest).order_by()
    found = dict(rows.values_list(path, "n"))
    # Few are left: which of them are watched is asked of these alone.
    watched = Project.objects.filter(high_risk("pk"), pk__in=list(found)).values_list("pk", flat=True)
    return counted((key, found[key]) for key in watched)


def _of_resubmissions(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows = _handed_in(look).filter(review__project__in=keys).order_by("sealed_at", "pk")
    columns: Any = rows.values_list("review__project", "review__ref", "sealed_at", "number")
    return gathered(
        (key, Row(Review.noun, ref, law_day(at).isoformat(), number=number)) for key, ref, at, number in columns
    )


# --- begun before the approval ------------------------------------------------------------------------------------


def early_starts(look: Look) -> dict[int, Number]:
    """Measures 47: nothing begins without an approval. What the service knows is the planned first day."""
    rows = Project.objects.filter(
        high_risk("pk"),
        state__in=NOT_APPROVED,
        starts_on__lte=look.day - timedelta(days=look.lowest),
        **look.within("region"),
    )
    return {key: Number((look.day - day).days) for key, day in rows.values_list("pk", "starts_on")}


def _of_early_starts(_look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    rows = Project.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "ref", "starts_on")
    return gathered((key, Row(Project.noun, ref, day.isoformat())) for key, ref, day in rows)


# --- about to run out ---------------------------------------------------------------------------------------------


def _ends(look: Look, keys: Collection[int] | None = None) -> list[tuple[int, Row]]:
    """What an approval rests on and when it ends: a recognition, a partner country's approval, the plan itself."""
    until = look.day + timedelta(days=look.lowest)
    sources: tuple[tuple[Any, str, str, str], ...] = (
        (
            Recognition.objects.filter(state=Recognition.State.ACCEPTED),
            "review__project",
            "valid_until",
            Recognition.noun,
        ),
        (
            ForeignApproval.objects.filter(state=ForeignApproval.State.CONFIRMED),
            "project",
            "expires_on",
            ForeignApproval.noun,
        ),
        (Project.objects.all(), "pk", "ends_on", Project.noun),
    )
    found: list[tuple[int, Row]] = []
    for rows, path, end, noun in sources:
        about = "" if path == "pk" else f"{path}__"
        rows = rows.filter(high_risk(path), **{f"{end}__lte": until, f"{about}state": Project.State.APPROVED})
        rows = rows.filter(**look.within(f"{about}region"))
        if keys is not None:
            rows = rows.filter(**{f"{path}__in": keys})
        found += [(key, Row(noun, ref, day.isoformat())) for key, ref, day in rows.values_list(path, "ref", end)]
    return sorted(found, key=lambda one: (one[1].day, one[1].ref))


def expiring(look: Look) -> dict[int, Number]:
    """Days left to the earliest end; below nought it has passed."""
    found: dict[int, Number] = {}
    for key, row in _ends(look):
        found.setdefault(key, Number((date.fromisoformat(row.day) - look.day).days))
    return found


def _of_expiring(look: Look, keys: Collection[int]) -> Mapping[int, list[Row]]:
    return gathered(_ends(look, keys))


ADVERSE_EVENTS = Measure(adverse_events, _of_adverse_events)
ADVERSE_EVENT_RATE = Measure(adverse_event_rate, _of_adverse_event_rate)
SUSPENSIONS = Measure(suspensions, _of_suspensions)
RESUBMISSIONS = Measure(resubmissions, _of_resubmissions)
EARLY_STARTS = Measure(early_starts, _of_early_starts)
EXPIRING = Measure(expiring, _of_expiring)
