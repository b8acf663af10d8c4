import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from ethicsreview.accounts.models import Person
from tests.smtp import MailServer

__all__ = ["MailServer", "Start"]
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def person(db: None) -> Person:
    return Person.objects.create_user(username="secretary", name="李秘书", email="secretary@example.org")


@pytest.fixture
def foreigner(db: None) -> Person:
    return Person.objects.create_user(username="member", name="Member", email="member@example.org", language="en")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.answering.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def celery_worker_process(transactional_db: None, tmp_path: Path) -> Iterator[Start]:
    """Starts real workers on the test's database and its Redis; returns when they are ready."""
    if not settings.REDIS_URL:
        pytest.fail("a test with a real worker on PostgreSQL needs REDIS_URL")
    started: list[subprocess.Popen[bytes]] = []

    def start(**environment: str) -> subprocess.Popen[bytes]:
        log = tmp_path / f"worker-{len(started)}.log"
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "-l", "INFO"]
        command += ["--hostname", f"{log.stem}-{os.getpid()}@test"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=os.environ | of_the_tests(tmp_path) | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(process)
        eventually(lambda: " ready." in log.read_text() or process.poll() is not None, seconds=30)
        assert process.poll() is None, log.read_text()
        return process

    yield start

    for process in started:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """As the machine's owner pulls the plug: kill -9 to it and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def eventually(condition: Callable[[], object], *, seconds: float = 15) -> None:
    """Waits until the condition holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def of_the_tests(folder: Path) -> dict[str, str]:
    """The environment of a process that works on the test's own database and Redis."""
    prefix = app.conf.broker_transport_options["global_keyprefix"]
    return {
        "DATABASE_URL": _test_database(),
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_PREFIX": prefix,
        "VAR_DIR": str(folder),
        "NOTICES_QUIET_HOURS": "00:00-00:00",
    }


def _test_database() -> str:
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
