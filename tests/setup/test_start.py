"""`make run` as a person meets it: started on an empty folder, twice at once, ended by Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

FIRST_START = 240.0
# Five seconds on a machine of its own; the suite shares this one.
SECOND_START = 30.0


class Started:
    def __init__(self, var: Path, port: int) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        environment |= {"VAR_DIR": str(var), "PORT": str(port), "HOST": "127.0.0.1"}
        self.output = var / f"said-{time.monotonic_ns()}"
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=file,
                stderr=file,
            )

    def address(self, within: float) -> str:
        latest = time.monotonic() + within
        while time.monotonic() < latest and self.process.poll() is None:
            if "Ctrl-C" in self.said():
                found = re.search(r"ethics review: (\S+)", self.said())
                assert found
                return found[1]
            time.sleep(0.2)
        raise AssertionError(self.said())

    def said(self) -> str:
        return self.output.read_text()

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def processes_on(var: Path) -> list[str]:
    """The command lines of all that runs with this folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"VAR_DIR={var}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    assert processes_on(tmp_path) == []


def _a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_started_twice_and_ended(var: Path) -> None:
    port = _a_free_port()
    first = Started(var, port)
    address = first.address(FIRST_START)
    assert address == f"http://127.0.0.1:{port}"
    with urllib.request.urlopen(f"{address}/readyz") as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"{address}/accounts/login/") as answer:
        page = answer.read().decode()
    style = re.search(r'href="(/static/ui/site\.[0-9a-f]+\.css)"', page)
    assert style, "static files are collected, with their digests in their names"
    with urllib.request.urlopen(f"{address}{style[1]}") as answer:
        assert "immutable" in answer.headers["Cache-Control"]

    second = Started(var, port)
    assert second.address(SECOND_START) != address
    assert f"端口 {port} 已被占用" in second.said()
    for done_once in ("编译语言文件", "收集静态文件", "检查规则包", "准备数据库"):
        assert done_once in first.said()
        assert done_once not in second.said()

    assert first.end() == 0
    assert second.end() == 0


def test_a_database_that_does_not_answer_is_said_in_one_line(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "config.run"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"VAR_DIR": str(var), "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"},
        capture_output=True,
        text=True,
        timeout=FIRST_START,
        check=False,
    )

    assert result.returncode == 1
    assert "数据库连接不上" in result.stderr
    assert "Traceback" not in result.stderr
