"""The day's evaluation: each indicator in each province once a day, in batches, its progress kept after each.

An aggregated question finds who is over a threshold; only of these the evidence is read, and only what changed is
written. So it may be stopped, repeated or run twice at once: a batch is taken under the lock of its progress, and what
was found already says nothing new.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Substr
from django.urls import reverse

from committees.models import Committee
from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.accounts.regions import region_name
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from ethicsreview.notices.outbox import post
from ethicsreview.policy import Policy
from reviews.models import IndicatorWatch, RiskWarning, WarningFinding
from reviews.models.warnings.kinds import OPEN, Indicator
from reviews.models.warnings.raising import Subject, raise_warning, subjects_of
from reviews.oversight.warnings.indicators import MEASURES, Rule, look_of, policy_of, rule_of
from reviews.oversight.warnings.looking import Look, Number
from reviews.rules.warnings import Answer, Found, Row, Standing, answer

log = structlog.get_logger(__name__)
BATCH = 50  # subjects in one transaction
SECONDS = 1500.0  # of a beat's hour
PROVINCE = 2


@dataclass
class Done:
    """Of one indicator in one place: subjects over a threshold, warnings raised, warnings changed, and those that could
    not be written.
    """

    over: int = 0
    raised: int = 0
    changed: int = 0
    unwritten: int = 0

    def __add__(self, other: "Done") -> "Done":
        return Done(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def evaluate_pending(at: datetime, *, seconds: float = SECONDS) -> Done:
    """Whatever was not gone through today, for as long as that."""
    ends, total = time.monotonic() + seconds, Done()
    for place in places():
        for indicator in Indicator:
            if time.monotonic() >= ends:
                return total
            total += evaluate(indicator, place, at, ends=ends)
    return total


def places() -> list[str]:
    """The provinces in which there is anything to watch: the first two digits of committees' and units' regions."""
    head = Substr("region", 1, PROVINCE)
    found: set[str] = set()
    for rows in (Committee.objects.all(), Institution.objects.all()):
        found |= set(rows.order_by().values_list(head, flat=True).distinct())
    return sorted(found)


def evaluate(indicator: Indicator, place: str, at: datetime, *, again: bool = False, ends: float | None = None) -> Done:
    """Once a day; `again`: though it was done today. One that fails is tried again by the next tick, and holds up none
    of the others.
    """
    progress, _new = IndicatorWatch.objects.get_or_create(indicator=indicator, place=place)
    day = law_day(at)
    if progress.day != day or (again and progress.done):
        begun = IndicatorWatch.objects.filter(pk=progress.pk, day=progress.day, done=progress.done)
        begun.update(day=day, cursor=0, done=False)
    elif progress.done:
        return Done()
    try:
        return _go_through(indicator, place, at, ends)
    except Exception:
        log.exception("warning_evaluation_failed", indicator=indicator.value, place=place)
        IndicatorWatch.objects.filter(indicator=indicator, place=place).update(failed_at=at)
        tell_operators(indicator, place, at)
        return Done()


def _go_through(indicator: Indicator, place: str, at: datetime, ends: float | None) -> Done:
    policy = policy_of(place, at)
    rule = rule_of(indicator, policy)
    if not rule.terms.on:
        _finish(indicator, place, at, Done(), on=False)
        return Done()
    look = look_of(rule, place, policy, at)
    numbers = {
        key: number
        for key, number in MEASURES[indicator].over(look).items()
        if rule.terms.level_of(number.value) is not None
    }
    done = Done(over=len(numbers))
    while (batch := _batch(rule, look, policy, numbers)) is not None:
        done += replace(batch, over=0)
        if ends is not None and time.monotonic() >= ends:
            return done
    done.changed += _ease(rule, place, at, numbers)
    _finish(indicator, place, at, done, on=True)
    return done


def _batch(rule: Rule, look: Look, policy: Policy, numbers: Mapping[int, Number]) -> Done | None:
    """The next subjects after the cursor; None where none is left, or another worker is at it."""
    with transaction.atomic():
        progress = _turn(rule.indicator, look.place)
        if progress is None or progress.done:
            return None
        keys = sorted(key for key in numbers if key > progress.cursor)[:BATCH]
        if not keys:
            return None
        done = _settle_all(rule, look, policy, {key: numbers[key] for key in keys})
        IndicatorWatch.objects.filter(pk=progress.pk).update(cursor=keys[-1])
        return done


def _turn(indicator: Indicator, place: str) -> IndicatorWatch | None:
    try:
        with transaction.atomic():
            rows = IndicatorWatch.objects.select_for_update(nowait=connection.features.has_select_for_update_nowait)
            return rows.get(indicator=indicator, place=place)
    except DatabaseError:
        return None


def _settle_all(rule: Rule, look: Look, policy: Policy, numbers: Mapping[int, Number]) -> Done:
    evidence = MEASURES[rule.indicator].evidence(look, list(numbers))
    subjects = subjects_of(rule.watch.about, list(numbers))
    last = _last_of(rule, [subject.ref for subject in subjects.values()])
    rest, done = policy.value("warning.rest_days"), Done()
    for key, number in numbers.items():
        if (subject := subjects.get(key)) is None:
            continue
        found = _found(rule, number, evidence.get(key, []))
        warning = last.get(subject.ref)
        what = answer(_standing(rule, warning, found), found.level, look.at, rest_days=rest)
        if what == Answer.NOTHING:
            continue
        if not _done(what, rule.indicator, subject, found, warning, look.at):
            done.unwritten += 1
        else:
            done.raised += what == Answer.RAISE
            done.changed += what != Answer.RAISE
    return done


STEPS = {Answer.RENEW: "renew", Answer.WORSEN: "worsen", Answer.REOPEN: "come_back"}


def _done(
    what: Answer, indicator: Indicator, subject: Subject, found: Found, warning: RiskWarning | None, at: datetime
) -> bool:
    try:
        with transaction.atomic():
            if what == Answer.RAISE or warning is None:
                raise_warning(indicator, subject, found, previous=warning, at=at)
            else:
                finding = WarningFinding.keep(warning, warning.found_times + 1, found, at)
                perform(warning, STEPS[what], by=SYSTEM, at=at, finding=finding.number)
    except Exception:
        # One bad row must not hold up the others; tomorrow it is tried again.
        log.exception("warning_not_written", indicator=indicator.value, subject=subject.ref)
        return False
    return True


def _found(rule: Rule, number: Number, rows: Sequence[Row]) -> Found:
    terms, level = rule.terms, rule.terms.level_of(number.value)
    assert level is not None
    return Found(
        value=number.value,
        level=level,
        threshold=terms.thresholds[level],
        terms={"thresholds": list(terms.thresholds), "days": terms.days, "least": terms.least},
        parts=number.parts,
        rows=tuple(rows),
    )


def _last_of(rule: Rule, refs: Sequence[str]) -> dict[str, RiskWarning]:
    """Of each subject its latest warning of this indicator, with its latest finding's rows beside it."""
    rows = RiskWarning.objects.filter(indicator=rule.indicator, about=rule.watch.about, subject_ref__in=refs)
    found = {one.subject_ref: one for one in rows.order_by("pk")}
    keys = {one.pk: one for one in found.values()}
    kept: Any = WarningFinding.objects.filter(warning__in=keys).order_by("number").values_list("warning_id", "rows")
    for key, evidence in kept:
        keys[key].kept_rows = evidence
    return found


def _standing(rule: Rule, warning: RiskWarning | None, found: Found) -> Standing | None:
    if warning is None:
        return None
    same = getattr(warning, "kept_rows", []) == [row.kept for row in found.rows]
    if not rule.watch.passing:
        same = same and warning.value == found.value
    return Standing(
        open=warning.is_open, level=warning.rank, same=same, settled_at=warning.settled_at, eased_at=warning.eased_at
    )


def _ease(rule: Rule, place: str, at: datetime, numbers: Mapping[int, Number]) -> int:
    """Those that were over a threshold and are not any more; of settled ones, each subject's last."""
    over = {one.ref for one in subjects_of(rule.watch.about, list(numbers)).values()}
    rows = RiskWarning.objects.filter(indicator=rule.indicator, region__startswith=place, eased_at__isnull=True)
    later = RiskWarning.objects.filter(previous__isnull=False, indicator=rule.indicator).values("previous")
    eased = 0
    for warning in rows.filter(Q(state__in=OPEN) | ~Q(pk__in=later)).order_by("pk").iterator():
        if warning.subject_ref not in over:
            perform(warning, "ease", by=SYSTEM, at=at)
            eased += 1
    return eased


def _finish(indicator: Indicator, place: str, at: datetime, done: Done, *, on: bool) -> None:
    IndicatorWatch.objects.filter(indicator=indicator, place=place).update(
        done=True, evaluated_at=at, on=on, failed_at=at if done.unwritten else None, **asdict(done)
    )
    if done.unwritten:
        tell_operators(indicator, place, at)


def tell_operators(indicator: Indicator, place: str, at: datetime) -> None:
    """Once a day, however often it is tried: an indicator that is not evaluated is as good as off."""
    operators = Appointment.objects.current(at).filter(role=Role.OPERATOR)
    post(
        "warning.not_evaluated",
        Person.objects.filter(pk__in=operators.values("person")),
        at=at,
        context={"indicator": indicator.label, "place": region_name(place.ljust(6, "0"))},
        url=reverse("desk:indicators"),
        dedupe=f"warning.not_evaluated:{indicator.value}:{place}:{law_day(at).isoformat()}",
    )
