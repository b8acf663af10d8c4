"""Backed up while it works, wiped, restored: rows, trail and files are as they were. On whichever database it is."""

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from ethicsreview.deadlines import pulse
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.operating.installation import heads_of, rows_of
from ethicsreview.trail import triggers
from ethicsreview.trail.models import Chain
from ethicsreview.trail.verification import seal, verify
from tests.emptying import empty_tables
from tests.reviews.builders import Case, case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Case]:
    """One review, accepted, with its files and a sealed day."""
    with override_settings(MEDIA_ROOT=tmp_path / "media", VAR_DIR=tmp_path / "var", SEALS_DIR=tmp_path / "seals"):
        (tmp_path / "var").mkdir()
        made = case().accepted()
        now = timezone.now()
        seal(timezone.localdate(now), now, settings.SEALS_DIR)
        yield made


def backup(folder: Path) -> Path:
    said = StringIO()
    call_command("backup", str(folder), stdout=said)
    [made] = folder.glob("*.tar")
    assert str(made) in said.getvalue()
    return made


def restore(file: Path, **options: Any) -> str:
    said = StringIO()
    call_command("restore", str(file), stdout=said, **options)
    return said.getvalue()


def test_what_was_backed_up_is_restored_row_by_row_and_file_by_file(path: Case, tmp_path: Path) -> None:
    rows, heads = rows_of(), list(heads_of())
    files = {one.file.name: Path(one.file.path).read_bytes() for one in DocumentVersion.objects.all()}
    assert files
    made = backup(tmp_path / "kept")
    assert made.stat().st_mode & 0o077 == 0

    empty_tables()
    for name in files:
        (Path(settings.MEDIA_ROOT) / name).unlink()
    for file in (settings.SEALS_DIR).iterdir():
        file.unlink()
    said = restore(made)

    assert f"{sum(rows.values())} 行" in said
    assert rows_of() == rows
    assert list(heads_of()) == heads
    assert {one.file.name: Path(one.file.path).read_bytes() for one in DocumentVersion.objects.all()} == files
    assert list(verify()) == []
    assert triggers.missing() == []
    assert [file.name for file in (settings.SEALS_DIR).iterdir()] == [f"seal-{timezone.localdate()}.jsonl"]
    # The service goes on from there: new keys do not meet the old ones.
    path.do("withdraw", path.lead, reason="撤回重报")
    assert list(verify()) == []


def test_what_stands_there_is_replaced_only_on_request(path: Case, tmp_path: Path) -> None:
    made, heads = backup(tmp_path / "kept"), list(heads_of())
    path.do("withdraw", path.lead, reason="撤回重报")

    with pytest.raises(CommandError, match="--replace"):
        restore(made)
    assert list(heads_of()) != heads
    restore(made, replace=True)

    assert list(heads_of()) == heads
    path.review.refresh_from_db()
    assert path.review.state == "accepted"


def test_a_service_at_work_is_not_replaced(path: Case, tmp_path: Path) -> None:
    made = backup(tmp_path / "kept")
    assert pulse.take(pulse.BEAT, "somewhere:1", timezone.now(), timedelta(seconds=30))

    with pytest.raises(CommandError, match="somewhere:1"):
        restore(made, replace=True)


def rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The backup with some members changed, or without them."""
    with tarfile.open(file) as old, tarfile.open(file.with_suffix(".bad"), "w") as new:
        for member in old.getmembers():
            opened = old.extractfile(member)
            assert opened is not None
            content = change(member.name, opened.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return file.with_suffix(".bad")


def newer(name: str, content: bytes) -> bytes:
    if name != "manifest.json":
        return content
    manifest = json.loads(content)
    return json.dumps(manifest | {"migrations": [*manifest["migrations"], "trail.9999_later"]}).encode()


def elsewhere(name: str, content: bytes) -> bytes:
    return json.dumps(json.loads(content) | {"vendor": "oracle"}).encode() if name == "manifest.json" else content


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, content: content[:-1] + b"?" if name.startswith("media/") else content, "摘要不符"),
        (lambda name, content: content[:-1] + b"?" if name.startswith("database") else content, "摘要不符"),
        (lambda name, content: None if name.startswith("media/") else content, "备份中缺失"),
        (lambda name, content: None if name == "manifest.json" else content, "没有完整的清单"),
        (newer, "trail.9999_later"),
        (elsewhere, "oracle"),
    ],
    ids=["file changed", "database changed", "file taken out", "no manifest", "newer", "another database"],
)
def test_a_backup_that_is_not_whole_or_does_not_fit_changes_nothing(
    path: Case, tmp_path: Path, change: Any, said: str
) -> None:
    bad = rewritten(backup(tmp_path / "kept"), change)
    rows = rows_of()

    with pytest.raises(CommandError, match=said):
        restore(bad, replace=True)

    assert rows_of() == rows


def test_a_lost_file_is_told_by_the_backup_and_again_by_the_restored_one(
    path: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = DocumentVersion.objects.order_by("pk")[0]
    Path(lost.file.path).unlink()

    with pytest.raises(CommandError, match=lost.file.name):
        backup(tmp_path / "kept")
    [made] = (tmp_path / "kept").glob("*.tar")
    assert "已恢复" in restore(made, replace=True)
    assert lost.file.name in capsys.readouterr().err
    assert Chain.objects.exists()
