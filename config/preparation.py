"""What must be done before the service can start, each thing only when its sources have changed.

Django, which takes its time, is loaded only when there is something to do.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

OUR_ROOMS = ("ethicsreview", "committees", "reviews")

Say = Callable[[str], None]


class NotPrepared(Exception):
    """Said to whoever starts the service, without a traceback."""


@dataclass(frozen=True)
class Task:
    """`sources` are what the result is made from (and `about`, what is not a file), `made` where it lies."""

    name: str
    words: str
    sources: Sequence[Path]
    made: Sequence[Path]
    do: Callable[[], object]
    about: str = ""
    always: bool = False


def prepare(root: Path, var: Path, say: Say, *, demo: bool) -> str:
    """Messages, static files, policy packs, the database; `demo` data. Answers with who the demo people are."""
    people = var / "demo_people.txt"
    stamps = Stamps(var / "stamps.json")
    for task in _tasks(root, var, people, demo):
        if task.always or stamps.stale(task):
            say(task.words)
            task.do()
            stamps.keep(task)
    return people.read_text(encoding="utf-8")


def _tasks(root: Path, var: Path, people: Path, demo: bool) -> list[Task]:
    messages = sorted(root.glob("locale/*/LC_MESSAGES/*.po"))
    static = [path for path in sorted(root.glob("ethicsreview/*/static/**/*")) if path.is_file()]
    packs = [path for path in sorted(root.glob("ethicsreview/policy/packs/**/*")) if path.is_file()]
    migrations = [path for room in OUR_ROOMS for path in sorted((root / room).glob("**/migrations/*.py"))]
    locks = [root / "requirements" / "dev.txt", root / "package-lock.json"]
    database = os.environ.get("DATABASE_URL") or f"sqlite:///{var / 'ethicsreview.sqlite3'}"
    file = [Path(database.removeprefix("sqlite:///"))] if database.startswith("sqlite:///") else []

    def migrate() -> None:
        _connect()
        _command("migrate", interactive=False, verbosity=0)
        # Makes the demo data where there is none yet, and says in any case who is who.
        people.write_text(_command("demo") if demo else "", encoding="utf-8")

    return [
        Task(
            "messages",
            "编译语言文件 / compiling messages",
            messages,
            [path.with_suffix(".mo") for path in messages],
            lambda: _command("messages", "compile"),
        ),
        Task(
            "static",
            "收集静态文件 / collecting static files",
            [*static, *locks],
            [var / "static" / "staticfiles.json"],
            lambda: _command("collectstatic", interactive=False, clear=True, verbosity=0),
        ),
        Task("policy", "检查规则包 / checking policy packs", packs, [], lambda: _command("policy", "check")),
        Task(
            "database",
            "准备数据库 / preparing the database",
            [*migrations, *locks],
            [*file, people],
            migrate,
            f"{database} {demo}",
            # A server's database may have been made anew since; a file would be gone.
            always=not file,
        ),
    ]


class Stamps:
    """Digests of the sources that each result was made from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digests: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def stale(self, task: Task) -> bool:
        return self.digests.get(task.name) != _digest(task) or not all(path.exists() for path in task.made)

    def keep(self, task: Task) -> None:
        self.digests[task.name] = _digest(task)
        self.path.write_text(json.dumps(self.digests, indent=1))


def _digest(task: Task) -> str:
    total = hashlib.sha256(task.about.encode())
    for path in task.sources:
        total.update(f"{path}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _command(*words: str, **options: Any) -> str:
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    said = StringIO()
    try:
        call_command(*words, stdout=said, **options)
    except CommandError as error:
        raise NotPrepared(str(error)) from error
    return said.getvalue()


def _connect() -> None:
    import django
    from django.db import OperationalError, connection

    django.setup()
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise NotPrepared(f"数据库连接不上 / the database does not answer: {error}") from error
