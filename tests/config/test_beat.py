"""Beat under a clock that is set a day ahead and back: it goes on each minute, and waits for no day to pass."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from config.beat import OneBeat
from config.celery import app

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def sent_at(beat: OneBeat, sent: list[str], moment: datetime) -> list[str]:
    sent.clear()
    with time_machine.travel(moment, tick=False):
        for _number in range(3 * len(beat.schedule)):
            beat.tick()
    return sorted(set(sent))


def test_set_ahead_and_back_it_sends_each_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(OneBeat, "apply_async", lambda _beat, entry, **_: sent.append(entry.task))
    # Which of two leads is another question, which a database answers.
    monkeypatch.setattr(OneBeat, "_holds", lambda _beat: True)
    with time_machine.travel(NOON, tick=False):
        beat = OneBeat(app, schedule_filename=str(tmp_path / "beat"))
    minutely = {entry["task"] for entry in app.conf.beat_schedule.values() if entry["schedule"] == 60}
    everything = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert set(sent_at(beat, sent, NOON + timedelta(minutes=1))) == minutely
    assert set(sent_at(beat, sent, NOON + timedelta(days=1))) == everything
    assert sent_at(beat, sent, NOON + timedelta(minutes=2)) == []
    assert set(sent_at(beat, sent, NOON + timedelta(minutes=3, seconds=1))) == minutely
