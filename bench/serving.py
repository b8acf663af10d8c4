"""One database with the service in front of it, as a site runs it but for the bare page."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

READY_WITHIN = 60.0  # seconds


class Site:
    def __init__(self, size: int, database: str, folder: Path) -> None:
        self.size, self.database, self.folder = size, database, folder
        self.port = _free_port()
        self.server: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"} | {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "STATIC_COLLECTED": "true",
            "VAR_DIR": str(folder),
        }

    def shows(self, other: "Site") -> None:
        """The other's collected files."""
        static = self.folder / "static"
        if self is not other and not static.exists():
            static.symlink_to(other.folder / "static", target_is_directory=True)

    def run(self, module: str, *options: str, broker: str = "") -> Any:
        """What a module of ours finds out in a process of its own, against this database; on a folder as broker, or
        on the Redis that is named.
        """
        with tempfile.NamedTemporaryFile(suffix=".json") as answer:
            command = [sys.executable, "-m", module, *options, "--out", answer.name]
            subprocess.run(command, env=self.environment | {"LOG_LEVEL": "WARNING", "REDIS_URL": broker}, check=True)
            return json.loads(Path(answer.name).read_text())

    def serve(self) -> None:
        """One worker: the other core is the database's and the asker's. Four threads, as `make run` has."""
        command = ["gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        with (self.folder / "web.log").open("wb") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", *command, "--workers", "1", "--threads", "4", "--keep-alive", "30"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        latest = time.monotonic() + READY_WITHIN
        while time.monotonic() < latest and self.server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise SystemExit(f"the web process did not start: {self.folder / 'web.log'}")

    def end(self) -> None:
        if self.server is not None and self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGTERM)
            self.server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
