"""A backup: one file with the database, the documents and the seals, and a manifest by which each is checked.

It is made while the service works. The database is as it was at one moment; files are only ever added, so whatever it
speaks of is there afterwards.
"""

import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from pydantic import BaseModel

from ethicsreview.operating import databases
from ethicsreview.operating.installation import (
    CHUNK,
    Digesting,
    altered,
    at_work,
    file_problems,
    heads_of,
    rows_of,
    seals_folder,
    stored_files,
    tables_in_use,
    trail_problems,
)
from ethicsreview.operating.progress import Progress

FORMAT = 1
MANIFEST, HEADS, FILES = "manifest.json", "heads.jsonl", "files.jsonl"
SHOWN = 20  # problems in one message


class CannotRestore(Exception):
    """Everything that stands in the way, a line each. Nothing has been changed."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        more = len(self.problems) - SHOWN
        super().__init__("\n".join([*self.problems[:SHOWN], *([f"… +{more}"] if more > 0 else [])]))


class Manifest(BaseModel):
    """`digests` are SHA-256 of the members that this names; the other members' stand in files.jsonl."""

    format: int
    made_at: datetime
    vendor: str
    migrations: list[str]
    rows: dict[str, int]
    chains: int
    entries: int
    files: int
    digests: dict[str, str]
    problems: list[str]


def back_up(folder: Path, at: datetime, progress: Progress) -> tuple[Path, Manifest]:
    """Write a backup into the folder; its name is its moment. A file that a row speaks of and that is not there, or is
    another one, is a problem of the manifest's; the rest is kept all the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"ethicsreview-{at:%Y%m%dT%H%M%SZ}.tar"
    part = path.with_suffix(".part")
    try:
        # As readable as what is in it: by its owner.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as archive:
                manifest = _fill(archive, folder, at, progress)
            out.flush()
            os.fsync(out.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return path, manifest


def _fill(archive: tarfile.TarFile, folder: Path, at: datetime, progress: Progress) -> Manifest:
    member, digests, lines, problems = databases.MEMBER[connection.vendor], {}, [], []
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        file = Path(scratch) / member
        progress.say("备份数据库 / backing up the database")
        with databases.written_to(file) as using:
            digests[member], _sm3 = _add(archive, member, file)
            rows = rows_of(using)
            heads = list(heads_of(using))
            files = list({one.name: one for one in stored_files(using)}.values())
            applied = sorted(".".join(name) for name in _applied(using))
    for stored in progress.over(files, "备份文件 / backing up files", len(files)):
        name = f"media/{stored.name}"
        try:
            found, sm3 = _add(archive, name, Path(settings.MEDIA_ROOT) / stored.name)
        except OSError:
            problems.append(f"{stored.name}: 文件缺失 / missing ({stored.row})")
            continue
        size = archive.getmember(name).size
        if altered(stored, size, sm3):
            problems.append(f"{stored.name}: 内容与记录不符 / not what the row says ({stored.row})")
        lines.append([name, size, found])
    for seal in sorted(seals_folder().glob("seal-*.jsonl")):
        found, _sm3 = _add(archive, f"seals/{seal.name}", seal)
        lines.append([f"seals/{seal.name}", seal.stat().st_size, found])
    for name, content in ((HEADS, heads), (FILES, lines)):
        digests[name] = _add_lines(archive, name, content)
    entries = sum(length for _subject, length, _head in heads)
    manifest = Manifest(
        format=FORMAT,
        made_at=at,
        vendor=connection.vendor,
        migrations=applied,
        rows=rows,
        chains=len(heads),
        entries=entries,
        files=len(files),
        digests=digests,
        problems=problems,
    )
    _add_bytes(archive, MANIFEST, manifest.model_dump_json(indent=1).encode())
    return manifest


def _add(archive: tarfile.TarFile, name: str, path: Path) -> tuple[str, str]:
    """Both digests of what was added."""
    with path.open("rb") as opened:
        info = tarfile.TarInfo(name)
        info.size = os.fstat(opened.fileno()).st_size
        reading = Digesting(opened)
        archive.addfile(info, reading)
    return reading.digests()


def _add_lines(archive: tarfile.TarFile, name: str, lines: list[list[Any]]) -> str:
    return _add_bytes(archive, name, b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in lines))


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> str:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, BytesIO(content))
    return sha256(content).hexdigest()


def _applied(using: str) -> Iterable[tuple[str, str]]:
    from django.db import connections

    return MigrationRecorder(connections[using]).applied_migrations()


def restore(path: Path, progress: Progress, *, replace: bool = False) -> Manifest:
    """Make the configured installation the one of the backup. Raises CannotRestore before anything is changed: a
    damaged backup, one of another kind of database or of newer code, a service at work, or (unless `replace`) an
    installation in which something stands already.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive)
        problems = [*_damage(archive, manifest, progress), *_unfit(manifest), *_in_the_way(replace)]
        if problems:
            raise CannotRestore(problems)
        with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as scratch:
            member = databases.MEMBER[manifest.vendor]
            progress.say("恢复数据库 / restoring the database")
            archive.extract(member, scratch, filter="data")
            databases.read_from(Path(scratch) / member)
        places = {"media": Path(settings.MEDIA_ROOT), "seals": seals_folder()}
        members = [one for one in archive.getmembers() if one.name.partition("/")[0] in places]
        for one in progress.over(members, "恢复文件 / restoring files", len(members)):
            room, _slash, name = one.name.partition("/")
            _write(archive, one, places[room] / name)
    return manifest


def differences(path: Path, manifest: Manifest, progress: Progress) -> Iterator[str]:
    """Where what was restored is not what the backup says, or does not hold in itself."""
    rows = rows_of()
    for table, number in manifest.rows.items():
        if rows.get(table, 0) != number:
            yield f"{table}: {rows.get(table, 0)} ≠ {number}"
    with _opened(path) as archive:
        if list(heads_of()) != _lines(archive, HEADS):
            yield "留痕的链头与备份不符 / the heads of the trail are not the backup's"
    known = set(manifest.problems)
    yield from (one for one in file_problems(Path(settings.MEDIA_ROOT), progress) if one not in known)
    yield from trail_problems(progress, seals_folder())


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, "r:")
    except (OSError, tarfile.TarError) as error:
        raise CannotRestore([f"{path}: 不是备份文件 / not a backup: {error}"]) from error


def _manifest(archive: tarfile.TarFile) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(_content(archive, MANIFEST))
    except (KeyError, ValueError, tarfile.TarError) as error:
        raise CannotRestore([f"没有完整的清单，备份不完整 / no whole manifest: {type(error).__name__}"]) from error
    if manifest.format != FORMAT:
        raise CannotRestore([f"备份的格式为 {manifest.format} / format of the backup, {FORMAT} is known"])
    return manifest


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    opened = archive.extractfile(name)
    if opened is None:
        raise KeyError(name)
    return opened.read()


def _lines(archive: tarfile.TarFile, name: str) -> list[list[Any]]:
    return [json.loads(line) for line in _content(archive, name).splitlines()]


def _damage(archive: tarfile.TarFile, manifest: Manifest, progress: Progress) -> Iterator[str]:
    """Each member that is not what the manifest says, one that it does not name, and one that is not there."""
    wanted = dict(manifest.digests)
    with suppress(KeyError, ValueError):
        wanted |= {name: digest for name, _size, digest in _lines(archive, FILES)}
    members = {member.name: member for member in archive.getmembers() if member.name != MANIFEST}
    for name in sorted(wanted.keys() ^ members.keys()):
        yield f"{name}: {'备份中缺失 / not in the backup' if name in wanted else '清单中没有 / not in the manifest'}"
    checked = sorted(wanted.keys() & members.keys())
    for name in progress.over(checked, "核对备份 / checking the backup", len(checked)):
        if not _plain(members[name]):
            yield f"{name}: 不是普通文件或路径越界 / no plain file, or outside of its folder"
        elif _digest(archive, members[name]) != wanted[name]:
            yield f"{name}: 摘要不符，备份已损坏 / the digest differs: the backup is damaged"


def _plain(member: tarfile.TarInfo) -> bool:
    return member.isreg() and not {"..", "/"} & set(PurePosixPath(member.name).parts)


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    opened: IO[bytes] | None = archive.extractfile(member)
    assert opened is not None
    reading = Digesting(opened)
    reading.exhaust()
    return reading.digests()[0]


def _unfit(manifest: Manifest) -> Iterator[str]:
    if manifest.vendor != connection.vendor:
        yield (
            f"备份来自 {manifest.vendor}，当前数据库是 {connection.vendor}；先在同类数据库恢复，再用 move 迁移 / "
            "made on another kind of database: restore it on its own, then use `manage.py move`"
        )
    here = MigrationLoader(None).disk_migrations
    # An installation also remembers those that one migration has replaced.
    known = {".".join(name) for name in [*here, *(old for one in here.values() for old in one.replaces)]}
    if newer := sorted(set(manifest.migrations) - known):
        yield f"备份来自更新的版本 / made by newer code: {', '.join(newer)}"


def _in_the_way(replace: bool) -> Iterator[str]:
    if beat := at_work():
        yield f"服务正在运行（{beat}），请先停止 / the service is running: stop it first"
    elif others := databases.others_connected():
        yield f"另有 {others} 个连接正在使用该数据库 / the database has {others} other connection(s): end them first"
    if not replace and (tables := tables_in_use()):
        yield (
            f"已有数据（{len(tables)} 张表，如 {tables[0]}）；确要覆盖时加 --replace / "
            f"{len(tables)} table(s) have rows: with --replace they are replaced"
        )


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    """Whole or not at all: under another name first."""
    opened = archive.extractfile(member)
    assert opened is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as out:
        while piece := opened.read(CHUNK):
            out.write(piece)
    part.replace(path)
