"""Real workers, killed for real."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from email import message_from_string, policy
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ethicsreview.accounts.models import Person
from ethicsreview.notices.models import Delivery, Notice
from ethicsreview.notices.outbox import nudge, post

from .conftest import MailServer, Start, eventually, kill

WORDS = {"label": "作出审查决定", "ref": "R2026-000001", "due": "2026年4月1日", "left": "还剩6天", "ground": ""}


def remind(person: Person) -> Delivery:
    """As a step does: in a transaction, which nudges a worker when it commits."""
    with transaction.atomic():
        post("deadline.reminder", [person], at=timezone.now(), context=WORDS, dedupe="accept:R1")
    return Delivery.objects.get()


def is_sent() -> bool:
    return Delivery.objects.filter(state="sent").exists()


@pytest.mark.postgres
def test_worker_delivers_after_the_commit(
    celery_worker_process: Start, mail_server: MailServer, person: Person
) -> None:
    celery_worker_process(EMAIL_URL=mail_server.url)

    made = remind(person)

    eventually(is_sent)
    assert mail_server.message_ids() == [f"<{made.token}@localhost>"]


@pytest.mark.postgres
def test_worker_killed_while_sending_loses_nothing_and_the_inbox_has_one(
    celery_worker_process: Start, mail_server: MailServer, person: Person
) -> None:
    mail_server.answering.clear()
    first = celery_worker_process(EMAIL_URL=mail_server.url)
    made = remind(person)
    assert mail_server.reached.wait(15)

    kill(first)

    mail_server.answering.set()
    assert Delivery.objects.get().state == "pending"
    Delivery.objects.update(next_try_at=timezone.now())  # the claim runs out
    celery_worker_process(EMAIL_URL=mail_server.url)
    nudge()
    eventually(is_sent)
    # Twice outside, under one name; once in the inbox.
    assert mail_server.message_ids() == [f"<{made.token}@localhost>"] * 2
    assert (Notice.objects.count(), Delivery.objects.get().attempts) == (1, 2)


@pytest.mark.postgres
def test_nothing_is_lost_when_no_worker_runs_and_the_broker_is_emptied(
    celery_worker_process: Start, mail_server: MailServer, person: Person
) -> None:
    remind(person)
    redis.from_url(settings.REDIS_URL).flushdb()

    celery_worker_process(EMAIL_URL=mail_server.url)
    nudge()  # beat's next tick

    eventually(is_sent)
    assert len(mail_server.letters) == 1


END_OF_LETTER = "-" * 79  # Django's mark, written last
POST = """
from django.utils import timezone
from ethicsreview.accounts.models import Person
from ethicsreview.notices.outbox import post
person = Person.objects.create_user(username="secretary", name="李秘书", email="secretary@example.org")
words = {"label": "作出审查决定", "ref": "R1", "due": "4月1日", "left": "还剩6天", "ground": ""}
post("deadline.reminder", [person], at=timezone.now(), context=words)
"""


def test_embedded_shape_delivers_over_the_file_system(tmp_path: Path) -> None:
    """SQLite, the folder as broker, one worker with beat inside: a nudge from another process, a mail as a file."""
    shape = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "VAR_DIR"}
    environment = {name: value for name, value in os.environ.items() if name not in shape}
    environment |= {"VAR_DIR": str(tmp_path), "NOTICES_QUIET_HOURS": "00:00-00:00"}

    def manage(*arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, timeout=120)

    mail_folder = tmp_path / "mail"
    manage("migrate", "-v", "0")
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-B", "--pool", "solo", "-l", "INFO"]
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        eventually(lambda: " ready." in log.read_text(), seconds=30)
        manage("shell", "-v", "0", "-c", POST)
        eventually(lambda: any(END_OF_LETTER in file.read_text() for file in mail_folder.glob("*.log")), seconds=30)
    finally:
        kill(worker)

    files = list(mail_folder.glob("*.log"))
    letter = message_from_string(files[0].read_text(), policy=policy.default)
    assert len(files) == 1
    assert letter["To"] == "secretary@example.org"
    assert letter["Subject"].strip() == "期限提醒：作出审查决定（还剩6天）：R1"
    assert datetime.strptime(letter["Date"], "%a, %d %b %Y %H:%M:%S %z").astimezone(UTC) <= timezone.now()
    # Beat keeps its file with the other state, and not where the service was started.
    assert list(tmp_path.glob("beat*"))
