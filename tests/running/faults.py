"""python -m tests.running.faults [--reviews N] [--rate N] [--only NAME,…] [--quick]: what a site lives through.

The stack, with a PostgreSQL and a Redis of its own that may be killed, under load: reviews move by real steps, pages
are read. One fault after the other; after each, when all is quiet, every step that was answered is looked for in the
trail, with its deadlines and notices. The exit code is 1 where anything is missing, or there twice.

The clock is set forward and back by a file that the service's processes read whenever Django or Celery asks what time
it is (tests/running/apps.py): a machine's clock needs root and would take the servers with it, and libfaketime does not
get on with the sleep of Python 3.11 (clock_nanosleep fails).
"""

import argparse
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from typing import Any

from tests.ethicsreview.notices.receiving import Receiver
from tests.running import servers
from tests.running.line import Line, Pace
from tests.running.post import FULL, HANGING, REFUSING, WELL, Post
from tests.running.site import Site

DOWN = 3.0  # seconds that a server is away
QUIET_WITHIN = 180.0
SHORT = ("worker", "web", "redis", "postgresql")


def main() -> int:
    wanted = arguments()
    if reason := servers.missing():
        sys.stderr.write(f"{reason}\n")
        return 2
    # However it is ended, it leaves no process behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="ethicsreview-faults-") as scratch:
        drill = Drill(Path(scratch), wanted)
        try:
            drill.prepare()
            return drill.run()
        finally:
            drill.end()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.running.faults")
    parser.add_argument("--reviews", type=int, default=200)
    parser.add_argument("--rate", type=float, default=30, help="requests a second")
    parser.add_argument("--only", default="", help=f"of: {', '.join(Drill.FAULTS)}")
    parser.add_argument("--quick", action="store_true", help=f"few reviews, and only {', '.join(SHORT)}")
    wanted = parser.parse_args()
    wanted.names = [name for name in wanted.only.split(",") if name] or list(SHORT if wanted.quick else Drill.FAULTS)
    if unknown := set(wanted.names) - set(Drill.FAULTS):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    wanted.reviews = min(wanted.reviews, 2 * len(wanted.names)) if wanted.quick else wanted.reviews
    return wanted


class Drill:
    def __init__(self, folder: Path, wanted: argparse.Namespace) -> None:
        self.folder, self.wanted = folder, wanted
        self.postgres, self.redis = servers.Postgres(folder / "postgres"), servers.Redis(folder / "redis")
        self.post, self.system = Post(), Receiver(patience=60)
        self.clock = folder / "clock"
        self.set_clock(0)
        self.site: Site | None = None
        self.line = Line("", Pace(wanted.rate))
        self.reading = threading.Event()
        self.results: list[tuple[str, Any, int, float]] = []

    def prepare(self) -> None:
        say("starting: a PostgreSQL and a Redis of our own, the stack")
        self.system.__enter__()
        self.postgres.make()
        self.redis.start()
        environment = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "EMAIL_URL": self.post.url,
            "NOTICES_ALLOWED_HOSTS": self.system.host,
            "TABLES_AT_ONCE": "true" if self.wanted.quick else "false",
            "WEB_CONCURRENCY": "2",
            "CLOCK_AHEAD": str(self.clock),
        }
        self.site = Site("config.stack", self.folder / "var", **environment)
        if self.wanted.quick:
            self.site.manage("migrate", "--run-syncdb", "--verbosity", "0")
        self.site.start()
        self.site.wait_until_ready()
        self.line.address = self.site.address
        # We look at the same rows, by the same settings.
        del environment["CLOCK_AHEAD"]
        os.environ.update(environment, VAR_DIR=str(self.site.var), DJANGO_SETTINGS_MODULE="tests.running.settings")
        import django

        django.setup()
        from tests.memory import memory

        memory.asleep = True

    def run(self) -> int:
        from tests.running.counting import Ledger
        from tests.running.journeys import Load, house, reader

        say("people and committees")
        houses = [house(self.line) for _number in range(1 if self.wanted.quick else 2)]
        for them in houses:
            self.connect(them)
        ledger, names = Ledger(), self.wanted.names
        say("reviews without a fault, to learn what steps leave behind")
        calm = Load(houses, 2)
        calm.run(1 if self.wanted.quick else 6)
        self.settle()
        assert not calm.failed, calm.failed
        ledger.learn(self.line.said, calm.done)
        self.note("before", ledger, calm, 0.0)

        load = Load(houses, 8)
        for _number in range(2):
            threading.Thread(
                target=reader, args=(houses[0], self.line.address, self.line, self.reading), daemon=True
            ).start()
        share = max(2, ceil((self.wanted.reviews - len(calm.done)) / len(names)))
        for name in names:
            self.one(name, load, share, ledger)
        self.reading.set()
        return self.told(load.failed + calm.failed)

    def connect(self, them: Any) -> None:
        """The committee's own system hears of its matters too."""
        from django.utils import timezone

        from ethicsreview.notices.endpoints import enter
        from ethicsreview.notices.models import Channel

        address, owner = self.system.at(f"/{them.committee.ref}"), them.committee
        by = them.secretary.person
        enter(kind=Channel.WEBHOOK, name="本单位系统", address=address, owner=owner, by=by, at=timezone.now())

    def taken(self) -> Counter[str]:
        """Mails and events that have come, by the delivery's token, which both are named after."""
        events = Counter(headers["webhook-id"] for _path, headers, _body in self.system.taken)
        return self.post.taken() + events

    def one(self, name: str, load: Any, share: int, ledger: Any) -> None:
        """The fault strikes while the reviews of its share are on their way."""
        started, asked = time.monotonic(), len(self.line.said)
        work = threading.Thread(target=load.run, args=(share,))
        work.start()
        time.sleep(2)
        self.FAULTS[name](self)
        work.join()
        rate = (len(self.line.said) - asked) / (time.monotonic() - started)
        self.settle()
        self.note(name, ledger, load, rate)

    def note(self, name: str, ledger: Any, load: Any, rate: float) -> None:
        taken = self.taken()
        count = ledger.count(self.line.said, load.done, taken)
        doubled = sum(number - 1 for number in taken.values() if number > 1)
        self.results.append((name, count, doubled, rate))
        say(f"{name:13} {len(load.done)} reviews; missing {len(count.missing)}, twice {len(count.twice)}")
        for line in [*count.missing[:10], *count.twice[:10]]:
            say(f"    {line}")

    def settle(self) -> None:
        """Wait until nothing waits. What holds a claim or pauses after a failure is told that its time has come, as
        hours would: but only when nobody has done anything for a while.
        """
        from django.db import DatabaseError, connection
        from django.utils import timezone

        from ethicsreview.notices.models import Delivery
        from tests.running.counting import quiet

        latest, still, before = time.monotonic() + QUIET_WITHIN, 0, -1
        while time.monotonic() < latest:
            try:
                if quiet():
                    return
                waiting = Delivery.objects.waiting().count()
                still = still + 1 if waiting == before else 0
                before = waiting
                if still >= 4:
                    Delivery.objects.waiting().update(next_try_at=timezone.now())
                    still = 0
            except DatabaseError:
                connection.close()
            time.sleep(1)
        say("    not quiet in time: what is left counts as missing")

    def told(self, failed: list[str]) -> int:
        heads = ("steps", "trail", "deadlines", "notices", "sent", "again", "missing", "twice", "requests/s")
        say(f"\n{'fault':13}" + "".join(f" {head:>10}" for head in heads))
        for name, count, doubled, rate in self.results:
            told = (count.steps, count.entries, count.deadlines, count.notices, count.sent, doubled)
            figures = (*told, len(count.missing), len(count.twice), round(rate, 1))
            say(f"{name:13}" + "".join(f" {figure:>10}" for figure in figures))
        say("sent: mails, and events to the committee's own system")
        say("again: sent anew under the same name; a worker that is killed or not answered cannot say that it had sent")
        for line in failed[:20]:
            say(f"did not end: {line}")
        return 0 if all(count.good for _name, count, _doubled, _rate in self.results) and not failed else 1

    def end(self) -> None:
        self.reading.set()
        if self.site is not None:
            self.site.end()
        self.redis.kill()
        self.postgres.kill()
        self.post.shutdown()
        self.system.__exit__()

    # --- the faults -----------------------------------------------------------------------------------------------

    def kill(self, name: str) -> None:
        assert self.site is not None
        self.site.kill(name)
        time.sleep(DOWN)

    def workers(self) -> None:
        for name in ("worker", "slow"):
            self.kill(name)

    def web(self) -> None:
        self.kill("web")
        assert self.site is not None
        self.site.wait_until_ready()

    def server(self, server: servers.Server) -> None:
        server.kill()
        time.sleep(DOWN)
        server.start()

    def emptied(self) -> None:
        import redis

        redis.from_url(self.redis.url).flushall()

    def mail(self, mood: str) -> None:
        self.post.be(mood)
        time.sleep(3 * DOWN)
        self.post.be(WELL)

    def system_hangs(self) -> None:
        """The network to the committee's system: it takes what it is sent, and does not answer in time."""
        before, latest = len(self.system.taken), time.monotonic() + QUIET_WITHIN
        self.system.answering.clear()
        while len(self.system.taken) == before and time.monotonic() < latest:
            time.sleep(0.1)
        time.sleep(4 * DOWN)
        self.system.answering.set()

    def day(self) -> None:
        """A day ahead for a while, and back."""
        self.set_clock(86_400)
        time.sleep(4 * DOWN)
        self.set_clock(0)

    def set_clock(self, ahead: int) -> None:
        """In seconds; whole at every moment, for those who read it."""
        part = self.clock.with_suffix(".part")
        part.write_text(str(ahead))
        part.replace(self.clock)

    FAULTS: Mapping[str, Callable[["Drill"], None]] = {
        "worker": workers,
        "beat": lambda drill: drill.kill("beat"),
        "web": web,
        "redis": lambda drill: drill.server(drill.redis),
        "redis-empty": emptied,
        "postgresql": lambda drill: drill.server(drill.postgres),
        "mail-full": lambda drill: drill.mail(FULL),
        "smtp-refuses": lambda drill: drill.mail(REFUSING),
        "mail-hangs": lambda drill: drill.mail(HANGING),
        "webhook-hangs": system_hangs,
        "clock": day,
    }


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
