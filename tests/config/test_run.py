"""The launcher's family of processes, with small ones in the place of the web and the worker."""

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from config.run import Family, address_of, free_port, surroundings

SLEEPER = ["http.server", "--bind", "127.0.0.1", "0"]
# Ignores what asks it to end, and has a child of its own that does the same.
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork()
time.sleep(60)
"""


def alive(group: int) -> bool:
    """Whether any process of the group runs. One that only waits to be reaped does not."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return any(line.split()[0] == str(group) and "Z" not in line.split()[1] for line in listed.splitlines())


def test_asked_to_end_leaves_nobody_and_is_no_failure(tmp_path: Path) -> None:
    family = Family(tmp_path)
    family.start("web", *SLEEPER)
    family.start("worker", *SLEEPER)
    threading.Timer(0.5, family.asked_to_end, (signal.SIGINT, None)).start()

    family.wait_for_the_first_to_end()
    family.end()

    assert family.verdict() == 0
    assert [alive(child.pid) for child in family.children.values()] == [False, False]


def test_one_that_dies_stops_the_others_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    family = Family(tmp_path)
    family.start("web", *SLEEPER)
    family.start("worker", "no_such_module")

    family.wait_for_the_first_to_end()
    family.end()

    assert family.verdict() == 1
    assert not alive(family.children["web"].pid)
    said = capsys.readouterr().out
    assert "worker 意外结束（1）" in said
    assert "No module named no_such_module" in said


def test_one_that_will_not_end_is_killed_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.run.GRACE", 0.5)
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    family = Family(tmp_path)
    family.start("web", "stubborn")
    time.sleep(0.5)

    family.end()

    assert not alive(family.children["web"].pid)


def test_a_taken_port_gives_way_to_the_next() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert free_port("127.0.0.1", port) > port
    assert free_port("127.0.0.1", port) == port


def test_what_is_set_already_stays() -> None:
    given = {"VAR_DIR": "/srv/ethics", "SITE_URL": "https://ethics.example.org", "HOME": "/root"}

    settled = surroundings(given, "0.0.0.0", "http://127.0.0.1:8000")

    assert settled["VAR_DIR"] == "/srv/ethics"
    assert settled["SITE_URL"] == "https://ethics.example.org"
    assert settled["STATIC_COLLECTED"] == "true"
    assert settled["ALLOWED_HOSTS"].split(",")[:4] == ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]


def test_an_address_of_ipv6_is_bound_in_brackets() -> None:
    assert address_of("::1", 8000) == ("[::1]:8000", "http://[::1]:8000")
    assert address_of("0.0.0.0", 8000) == ("0.0.0.0:8000", "http://127.0.0.1:8000")


def test_the_commands_that_are_started_exist() -> None:
    for module in ("gunicorn", "celery"):
        subprocess.run([sys.executable, "-m", module, "--version"], check=True, capture_output=True)
