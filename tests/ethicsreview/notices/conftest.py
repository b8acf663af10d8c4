import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from ethicsreview.accounts.models import Person

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def person(db: None) -> Person:
    return Person.objects.create_user(username="secretary", name="李秘书", email="secretary@example.org")


@pytest.fixture
def foreigner(db: None) -> Person:
    return Person.objects.create_user(username="member", name="Member", email="member@example.org", language="en")


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs: keeps what it is sent, and can be told to hang or to refuse."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.letters: list[Message] = []
        self.reached = threading.Event()
        self.answering = threading.Event()
        self.answering.set()
        self.refuse: bytes | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def message_ids(self) -> list[str]:
        return [letter["Message-ID"] for letter in self.letters]


class MailSession(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say(b"220 test")
        for line in self.rfile:
            command = line.split()[0].upper() if line.split() else b""
            if command == b"DATA":
                self._take_letter()
            elif command == b"QUIT":
                self._say(b"221 bye")
                return
            elif command == b"RCPT" and self.server.refuse:
                self._say(self.server.refuse)
            else:
                self._say(b"250 ok")

    def _take_letter(self) -> None:
        self._say(b"354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.letters.append(message_from_bytes(b"".join(lines)))
        self.server.reached.set()
        self.server.answering.wait(30)
        self._say(b"250 ok")

    def _say(self, line: bytes) -> None:
        try:
            self.wfile.write(line + b"\r\n")
        except OSError:  # the client was killed meanwhile, which is what some tests are about
            return


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
    }


def _test_database() -> str:
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
