"""`make stack`: what dies is started again, later each time; what is wanting is said at once."""

import os
import signal
import time
from pathlib import Path

import pytest

from config.stack import LONGEST_PAUSE, WELL_AFTER, Keeper, missing
from tests.config.test_run import SLEEPER, alive


def killed(keeper: Keeper) -> int:
    child = keeper.children["web"]
    os.kill(child.pid, signal.SIGKILL)
    child.wait(10)
    return child.pid


def test_what_dies_is_started_again_after_a_pause_that_grows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keeper = Keeper(tmp_path / "log", tmp_path / "run")
    keeper.start("web", *SLEEPER)
    now, paused = time.monotonic(), []
    try:
        for _number in range(7):
            first = killed(keeper)
            keeper.look_after("web", now)
            paused.append(keeper.due["web"] - now)
            keeper.look_after("web", now + paused[-1] - 0.01)
            assert keeper.children["web"].pid == first
            keeper.look_after("web", now + paused[-1])
            assert int((tmp_path / "run" / "web.pid").read_text()) == keeper.children["web"].pid != first
        killed(keeper)
        keeper.started_at["web"] = now - WELL_AFTER
        keeper.look_after("web", now)
        paused.append(keeper.due["web"] - now)
    finally:
        keeper.end()

    assert paused == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, 1]
    assert "web 意外结束（-9），1 秒后重启" in capsys.readouterr().out
    assert not alive(keeper.children["web"].pid)
    assert list((tmp_path / "run").iterdir()) == []


def test_everything_that_is_wanting_is_said_at_once() -> None:
    nothing = missing({"DATABASE_URL": "sqlite:///here.sqlite3"})
    silent = missing({"DATABASE_URL": "postgres://me@127.0.0.1:9/x", "REDIS_URL": "redis://127.0.0.1:9/0"})

    assert [line.split()[0] for line in nothing] == ["请设置", "请设置"]
    assert [line.split()[0] for line in silent] == ["DATABASE_URL", "REDIS_URL"]
