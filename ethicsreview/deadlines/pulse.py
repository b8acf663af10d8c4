"""When the sweep last ran; and which of several beats works, should a second one have been started by mistake."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from ethicsreview.deadlines.models import Pulse

log = structlog.get_logger(__name__)
SWEEP, BEAT = "sweep", "beat"
# Clocks of several machines differ by less.
BACKWARDS = timedelta(minutes=1)


def beaten(name: str, at: datetime, facts: Mapping[str, Any]) -> None:
    """It was done at `at`. A clock that was set back is told in the log, and on the clock room's page by the time."""
    row = Pulse.objects.filter(name=name)
    before = row.values_list("at", flat=True).first()
    if before is not None and at < before - BACKWARDS:
        log.warning("clock_set_back", name=name, at=at.isoformat(), before=before.isoformat())
    if not row.update(at=at, facts=dict(facts)):
        Pulse.objects.bulk_create([Pulse(name=name, at=at, facts=dict(facts))], ignore_conflicts=True)


def last(name: str) -> Pulse | None:
    return Pulse.objects.filter(name=name).first()


def take(name: str, holder: str, at: datetime, lease: timedelta) -> bool:
    """Whether `holder` has it to do until `at + lease`: it had it before, nobody has it, or its holder is gone.

    One row decides, in one statement: of two that ask at once, one gets it. A lease that reaches further ahead than
    one lease was given by a clock that has been set back since, and counts as over.
    """
    terms = {"holder": holder, "until": at + lease}
    free = Q(holder=holder) | Q(holder="") | Q(until__lt=at) | Q(until__gt=at + 2 * lease)
    if Pulse.objects.filter(free, name=name).update(**terms):
        return True
    if Pulse.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Pulse.objects.create(name=name, **terms)
    except IntegrityError:
        return False
    return True


def give_up(name: str, holder: str) -> None:
    """So that another need not wait for the lease to end."""
    Pulse.objects.filter(name=name, holder=holder).update(holder="", until=None)
