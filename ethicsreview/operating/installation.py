"""An installation as a whole: its rows, its files, the heads of its trail; and whether all three hold."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives import hashes
from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.utils import timezone

from ethicsreview.deadlines import pulse
from ethicsreview.deadlines.models import Pulse
from ethicsreview.operating.progress import Progress
from ethicsreview.trail.models import Chain
from ethicsreview.trail.verification import verify, verify_seal

CHUNK = 1 << 20  # bytes
# Rows that `migrate` writes by itself.
STANDING = frozenset({"contenttypes.contenttype", "auth.permission"})


@dataclass(frozen=True)
class StoredFile:
    """A file that a row speaks of. `sm3` and `size` are the row's word, where it has one."""

    name: str
    row: str
    size: int | None
    sm3: str


def all_models() -> list[type[models.Model]]:
    """Every model with a table of its own, the tables between two models among them."""
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def rows_of(using: str = DEFAULT_DB_ALIAS) -> dict[str, int]:
    """How many rows each table has. Tables that are not there yet are left out."""
    present = set(connections[using].introspection.table_names())
    found = [model for model in all_models() if model._meta.db_table in present]
    return {model._meta.db_table: model._base_manager.using(using).count() for model in found}


def tables_in_use(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """The tables in which something stands that `migrate` did not write."""
    present = set(connections[using].introspection.table_names())
    return [
        model._meta.db_table
        for model in all_models()
        if model._meta.db_table in present
        and model._meta.label_lower not in STANDING
        and model._base_manager.using(using).exists()
    ]


def at_work(using: str = DEFAULT_DB_ALIAS) -> str:
    """Which beat works on this database just now; "" where the service does not run, for half a minute at least."""
    if Pulse._meta.db_table not in connections[using].introspection.table_names():
        return ""
    now = timezone.now()
    held = Pulse.objects.using(using).filter(name=pulse.BEAT, until__gt=now)
    return held.values_list("holder", flat=True).first() or ""


def stored_files(using: str = DEFAULT_DB_ALIAS) -> Iterator[StoredFile]:
    """Every file that a row names, whatever the model."""
    for model in all_models():
        names = {field.name for field in model._meta.concrete_fields}
        for field in (one for one in model._meta.concrete_fields if isinstance(one, models.FileField)):
            known = [name for name in ("size", "digest") if name in names]
            rows = model._base_manager.using(using).exclude(**{field.name: ""}).order_by("pk")
            for row in rows.values("pk", field.name, *known).iterator(chunk_size=2000):
                if row[field.name]:
                    label = f"{model._meta.db_table} {row['pk']}"
                    yield StoredFile(row[field.name], label, row.get("size"), row.get("digest") or "")


def heads_of(using: str = DEFAULT_DB_ALIAS) -> Iterator[list[Any]]:
    """Each chain with its length and its head, in one order."""
    chains = Chain.objects.using(using).order_by("subject_kind", "subject_ref")
    for kind, ref, length, head in chains.values_list("subject_kind", "subject_ref", "length", "head").iterator():
        yield [f"{kind}:{ref}", length, head]


class Digesting:
    """A file that is read once for whoever wants its bytes and both digests."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.size = source, 0
        self._sha256, self._sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())

    def read(self, size: int = -1) -> bytes:
        piece = self.source.read(size)
        self.size += len(piece)
        self._sha256.update(piece)
        self._sm3.update(piece)
        return piece

    def exhaust(self) -> None:
        while self.read(CHUNK):
            pass

    def digests(self) -> tuple[str, str]:
        """SHA-256 and SM3 of what was read; asked once."""
        return self._sha256.hexdigest(), self._sm3.finalize().hex()


def altered(file: StoredFile, size: int, sm3: str) -> bool:
    return (file.size is not None and file.size != size) or bool(file.sm3 and file.sm3 != sm3)


def file_problems(folder: Path, progress: Progress, using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Every file that a row speaks of and that is not there, or is another one."""
    for file in progress.over(stored_files(using), "核对文件 / checking files"):
        try:
            with (folder / file.name).open("rb") as opened:
                read = Digesting(opened)
                read.exhaust()
        except OSError:
            yield f"{file.name}: 文件缺失 / missing ({file.row})"
            continue
        if altered(file, read.size, read.digests()[1]):
            yield f"{file.name}: 内容与记录不符 / not what the row says ({file.row})"


def trail_problems(progress: Progress, seals: Path | None = None) -> Iterator[str]:
    """What `trail verify` finds, with every seal that lies in the folder."""
    progress.say(f"核验留痕 / verifying the trail: {Chain.objects.count()}")
    yield from map(str, verify())
    for seal in sorted(seals.glob("seal-*.jsonl")) if seals else []:
        yield from map(str, verify_seal(seal))


@contextmanager
def as_default(alias: str) -> Iterator[None]:
    """What asks the service's database asks this one, within a command that does nothing else."""
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[alias]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before


def seals_folder() -> Path:
    folder: Path = settings.SEALS_DIR
    return folder
