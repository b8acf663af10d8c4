"""`make run`: prepares the service, starts the web, one worker and beat, and ends them all together.

Somebody waits for it: it loads neither Django nor Celery, which its children do.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType

from config import processes
from config.preparation import NotPrepared, prepare

ROOT = Path(__file__).resolve().parent.parent
PORTS_TRIED = 50
READY_WITHIN = 60.0
# A worker is given this long to finish what it does; the rows say what is left over.
GRACE = 10.0


def main() -> int:
    read_env(ROOT / ".env")
    host, wanted = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    port = free_port(host, wanted)
    if port != wanted:
        say(f"端口 {wanted} 已被占用，改用 {port} / port {wanted} is taken, using {port}")
    bind, address = address_of(host, port)
    os.environ.update(surroundings(os.environ, host, address))
    var = Path(os.environ["VAR_DIR"])
    try:
        people = prepare(ROOT, var, say, demo=True)
    except NotPrepared as error:
        raise SystemExit(str(error)) from error

    family = Family(var / "log")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, family.asked_to_end)
    try:
        family.start("web", *processes.web(bind, workers=2), "--preload")
        ready = family.wait_until_ready(f"{address}/readyz")
        # Second, so that the two do not contend for the processor while somebody waits for the page.
        if not family.over():
            family.start("worker", *worker(var, port))
        if ready:
            say(f"\n{people}\n科技伦理审查 / ethics review: {address}\n日志 / logs: {family.logs}")
            say("按 Ctrl-C 结束 / press Ctrl-C to end")
        elif not family.over():
            say(f"{READY_WITHIN:.0f} 秒后仍未就绪 / still not ready: {family.logs}")
        family.wait_for_the_first_to_end()
    finally:
        family.end()
    return family.verdict()


def read_env(file: Path) -> None:
    """What is set already stays. A reader is loaded only where there is something to read."""
    if file.exists():
        from environs import Env

        Env().read_env(file, recurse=False)


def surroundings(environment: Mapping[str, str], host: str, address: str) -> dict[str, str]:
    """The environment of the children: what is set already stays."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(ROOT / "var"),
        "STATIC_COLLECTED": "true",
        "SITE_URL": address,
        "ALLOWED_HOSTS": ",".join(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", host, socket.gethostname()])),
        "PYTHONUNBUFFERED": "1",
    }
    return {name: environment.get(name) or value for name, value in defaults.items()}


def free_port(host: str, wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            # As gunicorn binds: a port that only lingers after its last owner counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise SystemExit(f"端口 {wanted}–{port} 都已被占用 / all of these ports are taken")


def address_of(host: str, port: int) -> tuple[str, str]:
    """What is bound, and where it is found from here."""
    named = f"[{host}]" if ":" in host else host
    found = "127.0.0.1" if host == "0.0.0.0" else named  # noqa: S104 - compared, not bound
    return f"{named}:{port}", f"http://{found}:{port}"


def worker(var: Path, port: int) -> list[str]:
    """All queues, and beat inside the worker: one process less, and both end together."""
    options = ["--beat", "--schedule", str(var / f"beat-{port}"), "--pool", "solo", "--hostname", f"worker-{port}@%h"]
    return [*processes.CELERY, "worker", *options, *processes.QUIET]


class Family:
    """The child processes: each in a group of its own, so that Ctrl-C reaches them through us, and none is left."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.ended_by_itself: list[str] = []
        self.asked = False

    def start(self, name: str, *command: str) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(  # noqa: S603 - our own commands
                [sys.executable, "-m", *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def asked_to_end(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def wait_until_ready(self, url: str) -> bool:
        latest = time.monotonic() + READY_WITHIN
        while not self.over() and time.monotonic() < latest:
            if self.answers(url):
                return True
            time.sleep(0.1)
        return False

    def answers(self, url: str) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return True
        except (urllib.error.URLError, OSError):
            return False

    def wait_for_the_first_to_end(self) -> None:
        while not self.over():
            time.sleep(0.2)
        self.ended_by_itself = [name for name, child in self.children.items() if child.poll() is not None]

    def end(self) -> None:
        for child in self.children.values():
            signal_group(child, signal.SIGTERM)
        latest = time.monotonic() + GRACE
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, latest - time.monotonic()))
            # Also for what a child that died left behind in its group.
            signal_group(child, signal.SIGKILL)
            child.wait()

    def verdict(self) -> int:
        if self.asked or not self.ended_by_itself:
            return 0
        for name in self.ended_by_itself:
            code = self.children[name].returncode
            log = self.logs / f"{name}.log"
            say(f"{name} 意外结束（{code}），已停止全部进程 / ended unexpectedly, everything is stopped: {log}")
            say("\n".join(log.read_text(errors="replace").splitlines()[-15:]))
        return 1

    def over(self) -> bool:
        return self.asked or any(child.poll() is not None for child in self.children.values())


def signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
