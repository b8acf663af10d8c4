"""PostgreSQL and Redis of our own, in a scratch folder and on free ports, which may be killed."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

WITHIN = 30.0  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def missing() -> str:
    """What this machine lacks."""
    lacking = [name for name in ("redis-server",) if shutil.which(name) is None]
    lacking += [] if _binaries() else ["postgresql"]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def _binaries() -> Path | None:
    """Where initdb and postgres lie; Debian keeps them out of the way."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return kept[-1].parent if kept else None


class Server:
    """A process that is killed with all its children, and started again on what it left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        raise NotImplementedError

    def owner(self) -> str | None:
        return None

    def start(self) -> None:
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdout=log, stderr=log, start_new_session=True, user=self.owner(), cwd="/"
            )
        latest = time.monotonic() + WITHIN
        while not self.ready():
            in_time = time.monotonic() < latest and self.process.poll() is None
            assert in_time, f"{self.command()[0]} did not start"
            time.sleep(0.1)

    def ready(self) -> bool:
        return answers(self.port)

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)
            self.process.wait(WITHIN)


class Redis(Server):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Nothing is kept: what is killed comes back empty."""
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


class Postgres(Server):
    """A cluster of one database. PostgreSQL does not run as root: there, it is the user postgres who runs it."""

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/ethicsreview"

    def owner(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None

    def make(self) -> None:
        if owner := self.owner():
            # It must reach the folder through ours.
            self.folder.parent.chmod(0o755)
            shutil.chown(self.folder, owner)
        options = ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        command = [self.binary("initdb"), "--pgdata", str(self.folder), "--no-sync", *options]
        subprocess.run(command, check=True, capture_output=True, user=self.owner(), cwd="/")
        self.start()
        at = ["--host", "127.0.0.1", "--port", str(self.port), "--username", "postgres"]
        subprocess.run([self.binary("createdb"), *at, "ethicsreview"], check=True, capture_output=True)

    def binary(self, name: str) -> str:
        folder = _binaries()
        assert folder is not None
        return str(folder / name)

    def command(self) -> list[str]:
        # Committed is committed: what a crash must not lose is written through (fsync stays as it is).
        settings = ["-c", "max_connections=100", "-c", f"unix_socket_directories={self.folder}"]
        settings += ["-c", "listen_addresses=127.0.0.1"]
        return [self.binary("postgres"), "-D", str(self.folder), "-p", str(self.port), *settings]

    def ready(self) -> bool:
        command = [self.binary("pg_isready"), "--host", "127.0.0.1", "--port", str(self.port)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def start(self) -> None:
        # Its children hold the shared memory of a postmaster that was killed until they have noticed.
        for _attempt in range(20):
            try:
                super().start()
            except AssertionError:
                time.sleep(0.5)
            else:
                return
        raise AssertionError("PostgreSQL did not come back")
