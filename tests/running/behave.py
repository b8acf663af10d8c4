"""python -m tests.running.behave [embedded] [stack]: both shapes do the same for their people, over HTTP.

Each shape is started as people start it, on a folder (and, for the stack, a PostgreSQL and a Redis) of its own, and
goes through the same list. What is made beforehand are people and committees; all that is asked about is asked from
outside.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import requests

from tests.running import servers
from tests.running.line import Line
from tests.running.site import Site

SHAPES = {"embedded": "config.run", "stack": "config.stack"}
WITHIN = 60.0  # seconds
Check = Callable[["Shape"], None]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.running.behave")
    parser.add_argument("shapes", nargs="*", help=f"of: {', '.join(SHAPES)}")
    shapes = parser.parse_args().shapes or list(SHAPES)
    if unknown := set(shapes) - set(SHAPES):
        parser.error(f"no such shape: {', '.join(sorted(unknown))}")
    if len(shapes) > 1:
        # Django knows one database: each shape is asked by a process of its own.
        command = [sys.executable, "-m", "tests.running.behave"]
        codes = [subprocess.run([*command, shape], check=False).returncode for shape in shapes]
        return max(codes)
    if shapes == ["stack"] and (reason := servers.missing()):
        sys.stderr.write(f"{reason}\n")
        return 2
    # However it is ended, it leaves no process behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="ethicsreview-behave-") as scratch:
        shape = Shape(shapes[0], Path(scratch))
        try:
            shape.prepare()
            return shape.run()
        finally:
            shape.end()


class Shape:
    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.servers: list[servers.Server] = []
        self.site: Site | None = None
        self.line = Line("")
        self.them: Any = None
        self.review: Any = None

    def prepare(self) -> None:
        environment = {"TABLES_AT_ONCE": "true", "WEB_CONCURRENCY": "2"}
        if self.name == "stack":
            postgres, redis = servers.Postgres(self.folder / "postgres"), servers.Redis(self.folder / "redis")
            self.servers = [postgres, redis]
            postgres.make()
            redis.start()
            environment |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        var = self.folder / "var"
        self.site = Site(SHAPES[self.name], var, **environment)
        self.site.manage("migrate", "--run-syncdb", "--verbosity", "0")
        self.site.start()
        self.line.address = self.site.address
        os.environ.update(environment, VAR_DIR=str(var), DJANGO_SETTINGS_MODULE="tests.running.settings")
        import django

        django.setup()
        from tests.memory import memory
        from tests.running.journeys import house

        memory.asleep = True
        self.them = house(self.line)

    def run(self) -> int:
        failed = 0
        for check in CHECKS:
            started = time.monotonic()
            try:
                check(self)
                result = "passed"
            except Exception as error:
                result, failed = f"FAILED {type(error).__name__}: {str(error)[:500]}", failed + 1
            words = (check.__doc__ or check.__name__).strip().partition("\n")[0]
            print(f"{self.name:9} {time.monotonic() - started:5.1f} s  {words:70} {result}", flush=True)
        return 1 if failed else 0

    def end(self) -> None:
        if self.site is not None:
            self.site.end()
        for server in self.servers:
            server.kill()

    def eventually(self, condition: Callable[[], Any], what: str) -> Any:
        latest = time.monotonic() + WITHIN
        while not (found := condition()):
            assert time.monotonic() < latest, f"not within {WITHIN:.0f} s: {what}"
            time.sleep(0.3)
        return found

    def mails(self) -> list[Any]:
        assert self.site is not None
        kept = sorted((self.site.var / "mail").glob("*.log"))
        parts = [part for file in kept for part in file.read_bytes().split(b"-" * 79 + b"\n")]
        return [message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]


def well(shape: Shape) -> None:
    """It is well and ready, and measures itself for this machine alone"""
    for path in ("/healthz", "/readyz", "/metrics"):
        assert requests.get(shape.line.address + path, timeout=10).status_code == 200, path
    away = requests.get(f"{shape.line.address}/metrics", headers={"X-Forwarded-For": "192.0.2.1"}, timeout=10)
    assert away.status_code == 404


def signs_in(shape: Shape) -> None:
    """A person signs in with a password, sees their desk, and signs out; a wrong one is refused"""
    from tests.reviews.builders import PASSWORD

    session, address = requests.Session(), f"{shape.line.address}/accounts/login/"
    name = shape.them.secretary.person.username
    for password, lands in (("wrong", "/accounts/login/"), (PASSWORD, "/desk/")):
        session.get(address, timeout=30)
        terms = {"login": name, "password": password, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
        answer = session.post(f"{address}?next=/desk/", terms, headers={"Referer": address}, timeout=30)
        assert answer.url.removeprefix(shape.line.address).startswith(lands), answer.url
    assert session.get(f"{shape.line.address}/desk/", timeout=30).status_code == 200
    assert requests.get(f"{shape.line.address}/desk/", timeout=30).url.startswith(address)


def reviewed(shape: Shape) -> None:
    """A review goes from the project to the decision, with its files, its meeting and its votes"""
    from tests.running.journeys import journey

    ref = journey(shape.them)
    shape.review = shape.them.lead.read(f"/reviews/{ref}")
    assert shape.review["state"] == "approved"
    trail = [one["step"] for one in shape.them.lead.read(f"/reviews/{ref}/trail")["items"]]
    assert trail == ["create", "submit", "accept", "begin", "conclude"]


def lettered(shape: Shape) -> None:
    """A worker sets the letter of the decision, and whoever has its code verifies it"""
    from ethicsreview.documents.models import Letter

    path = f"/reviews/{shape.review['ref']}/letter"
    shape.eventually(lambda: shape.them.lead.get(path).status_code == 200, "the letter")
    assert shape.them.lead.get(path).content.startswith(b"%PDF")
    code = Letter.objects.get(object_ref=shape.review["ref"], language="zh").code
    page = requests.get(f"{shape.line.address}/verify/{code}/", timeout=30)
    assert page.status_code == 200
    assert shape.review["ref"] in page.text or code in page.text


def told(shape: Shape) -> None:
    """The lead is told by mail, once for each notice, with the address where it leads"""
    from ethicsreview.notices.models import Notice

    lead = shape.them.lead.person
    notices = Notice.objects.filter(person=lead)
    assert notices.exists()
    subjects = sorted(notices.values_list("subject", flat=True))

    def arrived() -> bool:
        mine = [mail for mail in shape.mails() if mail["To"] == lead.email]
        return sorted(str(mail["Subject"]).strip() for mail in mine) == subjects

    shape.eventually(arrived, f"{subjects}")
    names = [mail["Message-ID"] for mail in shape.mails()]
    assert len(names) == len(set(names))


def swept(shape: Shape) -> None:
    """A limit that has passed is found by the sweep, noted in the record once, and told"""
    from django.utils import timezone

    from ethicsreview.deadlines.models import Deadline
    from ethicsreview.notices.models import Notice
    from ethicsreview.trail.models import Entry

    them = shape.them
    review = them.accept(them.submitted())
    row = Deadline.objects.open().filter(object_ref=review["ref"]).order_by("due_at")[0]
    now = timezone.now()
    Deadline.objects.filter(pk=row.pk).update(started_at=now - (row.due_at - row.started_at), due_at=now, next_at=now)
    breaches = Entry.objects.filter(step="deadline_breached", object_ref=review["ref"])
    shape.eventually(breaches.exists, "the breach")
    assert breaches.count() == 1
    notices = Notice.objects.filter(key="deadline.breach", object_ref=review["ref"])
    assert notices.count() == notices.values("person").distinct().count() > 0


def refuses(shape: Shape) -> None:
    """What may not be done is refused with every reason; what is not one's own is not found"""
    them = shape.them
    early = them.lead.begin("/projects", title="另一研究", field="medicine", institution=_unit(them))
    answer = them.lead.post(f"/projects/{early['ref']}/reviews", {})
    assert answer.status_code in (409, 422), answer.content.decode()
    assert answer.json()["type"].startswith("urn:ethicsreview:problem:")
    stranger = requests.get(f"{shape.line.address}/api/v1/reviews/{shape.review['ref']}", timeout=30)
    assert stranger.status_code == 401


def _unit(them: Any) -> str:
    [unit] = {one["body"]["ref"] for one in them.lead.read("/me")["roles"]}
    return str(unit)


def once(shape: Shape) -> None:
    """The same request under the same key is done once"""
    them = shape.them
    terms = {"title": "只建一次", "field": "medicine", "institution": _unit(them)}
    answers = [them.lead.post("/projects", terms, key="behave-once") for _number in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def holds(shape: Shape) -> None:
    """The record verifies, and a backup of the running service is whole"""
    assert shape.site is not None
    assert "chain(s) verified" in shape.site.manage("trail", "verify")
    assert ".tar" in shape.site.manage("backup", str(shape.folder / "kept"))


CHECKS: list[Check] = [well, signs_in, reviewed, lettered, told, swept, refuses, once, holds]


if __name__ == "__main__":
    sys.exit(main())
