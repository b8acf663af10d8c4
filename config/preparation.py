"""What must be done before the service can start, each thing only when its sources have changed."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    """Messages, static files and rule packs by their digests; the database by its own record of migrations."""
    stamps = Stamps(settings.VAR_DIR / "stamps.json")
    root: Path = settings.BASE_DIR
    messages = sorted(root.glob("locale/*/LC_MESSAGES/*.po"))
    if stamps.stale("messages", messages, made=[path.with_suffix(".mo") for path in messages]):
        say("编译语言文件 / compiling messages")
        call_command("messages", "compile", verbosity=0)
        stamps.keep("messages", messages)
    static = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list(None)]
    if stamps.stale("static", static, made=[settings.STATIC_ROOT / "staticfiles.json"]):
        say("收集静态文件 / collecting static files")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamps.keep("static", static)
    packs = sorted(path for path in root.glob("ethicsreview/policy/packs/**/*") if path.is_file())
    if stamps.stale("policy", packs):
        say("检查规则包 / checking policy packs")
        call_command("policy", "check")
        stamps.keep("policy", packs)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("更新数据库 / migrating the database")
        call_command("migrate", interactive=False, verbosity=0)


class Stamps:
    """Digests of the sources that each result was made from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digests: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def stale(self, name: str, sources: Iterable[Path], made: Iterable[Path] = ()) -> bool:
        return self.digests.get(name) != _digest(sources) or not all(path.exists() for path in made)

    def keep(self, name: str, sources: Iterable[Path]) -> None:
        self.digests[name] = _digest(sources)
        self.path.write_text(json.dumps(self.digests, indent=1))


def _digest(sources: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in sources:
        total.update(f"{path}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
