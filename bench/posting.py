"""The post: notices carried out by one worker beside Celery's own empty tasks on the same broker; and what ten
recipients add to the request that takes a step.

Both rates are of one worker and begin when all is waiting. A notice is claimed, put into words as text and HTML, handed
to a mail server that only keeps it, and settled; an empty task is fetched, run and acknowledged.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import django

RECIPIENTS = 10
WORDS = {"label": "作出审查决定", "ref": "R2027-000001", "due": "2027年4月1日", "left": "还剩6天", "ground": ""}
TASK = "bench.empty"
WARM = 3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--notices", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--repeats", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    from config.celery import keep_what_is_loaded

    call_command("messages", "compile")
    call_command("migrate", interactive=False, verbosity=0)
    keep_what_is_loaded()
    found = {**telling(wanted.repeats), **delivering(wanted.notices, wanted.rounds)}
    wanted.out.write_text(json.dumps(found))


def delivering(number: int, rounds: int) -> dict[str, Any]:
    """Notices and empty tasks a second, in turns; the first round warms both up."""
    people = _people(RECIPIENTS)
    mine, theirs = [], []
    for _round in range(rounds + 1):
        mine.append(_notices_a_second(people, number))
        theirs.append(_tasks_a_second(number))
    ratios = [one / other for one, other in zip(mine[1:], theirs[1:], strict=True)]
    return {
        "notices": number,
        "notices_a_second": median(mine[1:]),
        "tasks_a_second": median(theirs[1:]),
        "ratio": median(ratios),
    }


def _people(number: int) -> list[Any]:
    from ethicsreview.accounts.models import Person

    for index in range(number):
        Person.objects.get_or_create(
            username=f"bench-recipient{index}",
            defaults={"name": f"收件人{index}", "email": f"recipient{index}@example.org"},
        )
    return list(Person.objects.filter(username__startswith="bench-recipient").order_by("pk")[:number])


def _notices_a_second(people: list[Any], number: int) -> float:
    from django.core import mail
    from django.test import override_settings
    from django.utils import timezone

    from ethicsreview.notices import delivery
    from ethicsreview.notices.models import Delivery
    from ethicsreview.notices.outbox import Post, post_all

    Delivery.objects.waiting().delete()
    at = timezone.now()
    with patch("ethicsreview.notices.outbox.nudge"):
        post_all(
            [Post(key="deadline.breach", people=people, context=WORDS) for _ in range(number // len(people))], at=at
        )
    waiting = Delivery.objects.waiting().count()
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        began = time.perf_counter()
        sent = delivery.deliver(timezone.now)
        took = time.perf_counter() - began
    assert sent == waiting == len(mail.outbox), (sent, waiting)
    return sent / took


def _tasks_a_second(number: int) -> float:
    """The queue is filled before the worker comes; its last task says how long all took."""
    from config.celery import app

    app.control.purge()
    for _ in range(number):
        app.send_task(TASK)
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "seconds.json"
        command = [sys.executable, "-m", "celery", "--app", "bench.empty:app", "--quiet", "worker", "--pool", "solo"]
        command += ["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        surroundings = os.environ | {"BENCH_TASKS": str(number), "BENCH_ANSWER": str(answer)}
        worker = subprocess.Popen(
            command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            while not answer.exists():
                assert worker.poll() is None, "the worker ended before its work"
                time.sleep(0.05)
            return (number - 1) / float(json.loads(answer.read_text()))
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def telling(repeats: int) -> dict[str, Any]:
    """Milliseconds of the request that takes `accept`, telling ten people or nobody, in turns."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from bench.step_cost import STEP, waiting

    people = _people(RECIPIENTS)
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn, (review, secretary, terms) in enumerate(waiting(2 * (repeats + WARM))):
        told = turn % 2 == 0
        client = Client(SERVER_NAME="localhost")
        client.force_login(secretary, backend=settings.AUTHENTICATION_BACKENDS[-1])
        address = reverse("desk:step", args=["reviews", review.ref, STEP])
        with _told(people if told else []):
            began = time.perf_counter()
            answer = client.post(address, terms)
            took = time.perf_counter() - began
        assert answer.status_code == 302, (answer.status_code, answer.content.decode()[:2000])
        times[told].append(took)
    alone, told_ten = (median(times[which][WARM:]) * 1000 for which in (False, True))
    return {"step_alone_milliseconds": alone, "step_telling_milliseconds": told_ten, "step_ratio": told_ten / alone}


@contextmanager
def _told(people: list[Any]) -> Iterator[None]:
    from reviews.models import Review

    with patch.object(Review, "people", lambda _review, _group: people):
        yield


if __name__ == "__main__":
    main()
