"""A whole service in a scratch folder: `make run` or `make stack`, started as people start it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.running.servers import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
STARTED_WITHIN = 240.0  # seconds
OUTSIDE = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "VAR_DIR", "PORT", "HOST", "DJANGO_SETTINGS_MODULE", "DEMO"}


class Site:
    def __init__(self, module: str, var: Path, **environment: str) -> None:
        self.module, self.var = module, var
        self.environment = {name: value for name, value in os.environ.items() if name not in OUTSIDE} | {
            "VAR_DIR": str(var),
            # At whatever hour it runs.
            "NOTICES_QUIET_HOURS": "00:00-00:00",
            "PORT": str(free_port()),
            "HOST": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "tests.running.settings",
            **environment,
        }
        self.said = var / "said"
        self.process: subprocess.Popen[bytes] | None = None
        self.address = ""

    def start(self) -> None:
        """Returns when it has said its address."""
        self.var.mkdir(parents=True, exist_ok=True)
        with self.said.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=ROOT,
                env=self.environment,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        latest = time.monotonic() + STARTED_WITHIN
        while not (found := re.search(r"ethics review: (\S+)", self.said.read_text())):
            in_time = time.monotonic() < latest and self.process.poll() is None
            assert in_time, self.said.read_text()[-2000:]
            time.sleep(0.2)
        self.address = found[1]

    def manage(self, *words: str) -> str:
        """A command of the service's, against its database; what it says."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def kill(self, name: str) -> int:
        """One of its processes, by -9. Its number was."""
        number = int((self.var / "run" / f"{name}.pid").read_text())
        os.kill(number, signal.SIGKILL)
        return number

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.address}/readyz", timeout=5).ok
        except requests.RequestException:
            return False

    def wait_until_ready(self) -> None:
        latest = time.monotonic() + STARTED_WITHIN
        while not self.ready():
            assert time.monotonic() < latest, "the service did not come back"
            time.sleep(0.2)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
