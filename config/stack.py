"""`make stack`: the processes of production on one machine, against DATABASE_URL and REDIS_URL, without Docker.

What dies is started again, after a pause that grows while it keeps dying. Neither Django nor Celery is loaded here
once the service is prepared; each child loads its own.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from config import processes
from config.preparation import NotPrepared, prepare
from config.run import ROOT, Family, address_of, free_port, read_env, say, signal_group, surroundings

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds
# Whoever ran this long was well; if it dies then, it is started again at once.
WELL_AFTER = 60.0
LOOK_EVERY = 0.2


def main() -> int:
    read_env(ROOT / ".env")
    if problems := missing(os.environ):
        raise SystemExit("\n".join(problems))
    host, wanted = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    port = free_port(host, wanted)
    if port != wanted:
        say(f"端口 {wanted} 已被占用，改用 {port} / port {wanted} is taken, using {port}")
    bind, address = address_of(host, port)
    os.environ.update(surroundings(os.environ, host, address))
    var = Path(os.environ["VAR_DIR"])
    demo = os.environ.get("DEMO", "").lower() in {"1", "true"}
    try:
        people = prepare(ROOT, var, say, demo=demo)
    except NotPrepared as error:
        raise SystemExit(str(error)) from error

    keeper = Keeper(var / "log", var / "run")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, keeper.asked_to_end)
    try:
        keeper.start("web", *processes.web(bind))
        for name in processes.WORKERS:
            keeper.start(name, *processes.worker(name))
        keeper.start("beat", *processes.beat(str(var / f"beat-{port}")))
        greeting = f"\n{people}\n科技伦理审查 / ethics review: {address}\n日志 / logs: {keeper.logs}"
        keeper.keep(f"{address}/readyz", greeting)
    finally:
        keeper.end()
    return 0


def missing(environment: Mapping[str, str]) -> list[str]:
    """Everything that keeps the stack from starting, each in a sentence."""
    wanted = [
        ("DATABASE_URL", "postgres", 5432, "postgres://user@host:5432/name"),
        ("REDIS_URL", "redis", 6379, "redis://host:6379/0"),
    ]
    found = []
    for name, scheme, port, example in wanted:
        url = urlsplit(environment.get(name, ""))
        server = (url.hostname or "127.0.0.1", url.port or port)
        if not url.scheme.startswith(scheme):
            found.append(f"请设置 {name} / set {name}: {example}")
        elif error := _silent(server):
            found.append(f"{name} {server[0]}:{server[1]} 没有应答 / does not answer: {error}")
    return found


def _silent(server: tuple[str, int]) -> str:
    try:
        socket.create_connection(server, timeout=3).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


class Keeper(Family):
    """Children that are started again. The number of each stands in `run/<name>.pid`."""

    def __init__(self, logs: Path, run: Path) -> None:
        super().__init__(logs)
        self.run = run
        self.commands: dict[str, tuple[str, ...]] = {}
        self.started_at: dict[str, float] = {}
        self.pauses: dict[str, float] = {}
        self.due: dict[str, float] = {}

    def start(self, name: str, *command: str) -> None:
        super().start(name, *command)
        self.commands[name], self.started_at[name] = command, time.monotonic()
        self.run.mkdir(parents=True, exist_ok=True)
        (self.run / f"{name}.pid").write_text(f"{self.children[name].pid}\n")

    def keep(self, url: str, greeting: str) -> None:
        """Until somebody asks it to end; says once that the service is ready."""
        greeted = False
        while not self.asked:
            for name in self.children:
                self.look_after(name, time.monotonic())
            if not greeted and self.answers(url):
                say(f"{greeting}\n按 Ctrl-C 结束 / press Ctrl-C to end")
                greeted = True
            time.sleep(LOOK_EVERY)

    def look_after(self, name: str, now: float) -> None:
        if self.children[name].poll() is None:
            return
        if name not in self.due:
            # Gunicorn's and Celery's own children outlive a master that was killed, and hold its port.
            signal_group(self.children[name], signal.SIGKILL)
            well = now - self.started_at[name] >= WELL_AFTER
            pause = FIRST_PAUSE if well else min(2 * self.pauses.get(name, FIRST_PAUSE / 2), LONGEST_PAUSE)
            self.pauses[name], self.due[name] = pause, now + pause
            code = self.children[name].returncode
            say(f"{name} 意外结束（{code}），{pause:.0f} 秒后重启 / ended unexpectedly, again in {pause:.0f} s")
        elif now >= self.due[name]:
            del self.due[name]
            self.start(name, *self.commands[name])

    def end(self) -> None:
        super().end()
        for name in self.children:
            (self.run / f"{name}.pid").unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
