import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import AppConfig
from django.utils import timezone

CLOCK = "CLOCK_AHEAD"  # names a file that holds seconds


class QuickBeat(AppConfig):
    """Beat looks every three seconds in the place of each minute, and is replaced as much sooner. The clock of Django
    and of Celery, by which all of the service goes, is as many seconds ahead as a file says at that moment.
    """

    name = "tests.running"

    def ready(self) -> None:
        from config import beat
        from config.celery import app

        if file := os.environ.get(CLOCK):
            timezone.now = _ahead(Path(file), timezone.now)
            type(app).now = lambda _app: timezone.now()

        beat.LEASE, beat.LOOK_EVERY = timedelta(seconds=6), 1.0
        beat.OneBeat.max_interval = 1.0
        for entry in app.conf.beat_schedule.values():
            entry["schedule"], entry["options"] = 3.0, {"expires": 30}


def _ahead(file: Path, now: Callable[[], datetime]) -> Callable[[], datetime]:
    return lambda: now() + timedelta(seconds=float(file.read_text() or 0))
