"""Beat, guarded against a second one: the schedule is in code, so nothing is kept in a file; who works is one row."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from celery.beat import Scheduler
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from ethicsreview.deadlines import pulse

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=30)
# Renewed well within its time; a beat that was killed is replaced within the lease and this.
LOOK_EVERY = 5.0
# Less is no setting back: clocks are put right by small steps.
BACKWARDS = timedelta(minutes=1)


class OneBeat(Scheduler):
    """Every beat keeps time; only the one that holds the row sends. Where the database is away, none does: a task
    without it would come to nothing, and the next minute makes it good.
    """

    max_interval = LOOK_EVERY

    def __init__(self, *args: Any, schedule_filename: str, **kwargs: Any) -> None:
        self.sign_of_life = Path(schedule_filename)
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.leads = False
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        self.sign_of_life.touch()
        led, self.leads = self.leads, self._holds()
        if self.leads != led:
            log.info("beat_leads" if self.leads else "beat_stands_by", beat=self.name)
        self.mind_the_clock()
        waits: float = super().tick(*args, **kwargs)
        return min(waits, LOOK_EVERY)

    def mind_the_clock(self) -> None:
        """A clock that was set back would leave every task waiting until it has come again to where it was."""
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at > entry.default_now() + BACKWARDS]
        for entry in ahead:
            entry.last_run_at = entry.default_now()
        if ahead:
            # Put together anew, by the clock as it is.
            self._heap = None
            log.warning("beat_clock_set_back", beat=self.name, tasks=len(ahead))

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        if self.leads:
            super().apply_entry(entry, producer=producer)

    def close(self) -> None:
        try:
            pulse.give_up(pulse.BEAT, self.name)
        except DatabaseError:
            log.warning("beat_lease_kept", beat=self.name)
        connection.close()
        super().close()

    def _holds(self) -> bool:
        try:
            close_old_connections()
            return pulse.take(pulse.BEAT, self.name, timezone.now(), LEASE)
        except DatabaseError:
            log.warning("beat_without_database", beat=self.name)
            connection.close()
            return False
