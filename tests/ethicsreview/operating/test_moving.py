"""An embedded installation, with a review on its way, moved to PostgreSQL by the command: in a process of its own, on a
file of its own, as an operator does it.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.postgres

SCRIPT = """
import hashlib, sys
from datetime import timedelta
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from ethicsreview.deadlines import pulse
from ethicsreview.operating import moving
from ethicsreview.operating.installation import as_default, heads_of, rows_of
from ethicsreview.trail import triggers
from ethicsreview.trail.verification import verify
from tests.memory import memory
from tests.reviews.builders import case

memory.asleep = True
to, file = sys.argv[1], Path(settings.DATABASES["default"]["NAME"])
call_command("migrate", run_syncdb=True, verbosity=0)
path = case().accepted()
rows, heads = rows_of(), list(heads_of())

def refusal():
    try:
        call_command("move", to=to)
    except CommandError as error:
        return str(error)
    return "moved"

assert pulse.take(pulse.BEAT, "somewhere:1", timezone.now(), timedelta(seconds=30))
assert "somewhere:1" in refusal()
pulse.give_up(pulse.BEAT, "somewhere:1")
rows = rows_of()
moving.connect(to)
call_command("migrate", run_syncdb=True, database="target", verbosity=0)
before = hashlib.sha256(file.read_bytes()).hexdigest()
call_command("move", to=to)
assert (rows_of(), list(heads_of())) == (rows, heads), "the source was touched"
assert hashlib.sha256(file.read_bytes()).hexdigest() == before, "the source's file was touched"
assert (rows_of("target"), list(heads_of("target"))) == (rows, heads)
assert triggers.missing("target") == []
assert "目标已有数据" in refusal()
with as_default("target"):
    assert list(verify()) == []
    # New keys go on after the old ones.
    path.do("withdraw", path.lead, reason="撤回重报")
    assert list(verify()) == []
    assert path.review.state == "withdrawn"
print("moved", sum(rows.values()))
"""


@pytest.fixture
def target() -> Iterator[str]:
    """An empty database beside that of the tests."""
    at = connection.settings_dict
    base = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}"
    name = f"moved_{uuid.uuid4().hex}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        yield f"{base}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def test_an_embedded_installation_is_moved_and_nothing_is_lost(target: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {
        "VAR_DIR": str(tmp_path),
        "TABLES_AT_ONCE": "true",
        "DJANGO_SETTINGS_MODULE": "tests.running.settings",
    }

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, target],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1].startswith("moved ")


def test_what_is_no_postgresql_or_does_not_answer_is_said_in_a_line(tmp_path: Path) -> None:
    for to, said in (("sqlite:///other.sqlite3", "PostgreSQL"), ("postgres://nobody@127.0.0.1:9/none", "连接不上")):
        done = subprocess.run(
            [sys.executable, "manage.py", "move", "--to", to],
            cwd=settings.BASE_DIR,
            env=os.environ | {"VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr
