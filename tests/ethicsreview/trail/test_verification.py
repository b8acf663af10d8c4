"""Whatever is done to the record past its triggers is found, and its place is named."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from ethicsreview.trail import triggers
from ethicsreview.trail.digest import digest
from ethicsreview.trail.models import Chain, Entry, Seal
from ethicsreview.trail.record import append
from ethicsreview.trail.verification import export, seal, verify, verify_seal

from .conftest import AT, entry, record

pytestmark = pytest.mark.django_db
Sql = Callable[..., None]


def found() -> list[tuple[str, int, str]]:
    return [(problem.subject, problem.seq, problem.message) for problem in verify()]


def told_by_the_command(*arguments: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("trail", "verify", *arguments, stdout=out)
    return out.getvalue()


def test_untouched_record_verifies(chain: Chain) -> None:
    out = StringIO()

    call_command("trail", "verify", stdout=out)

    assert found() == []
    assert out.getvalue().startswith("2 ")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("step", "approve"),
        ("actor_name", "李四"),
        ("actor_ref", "li"),
        ("target", "approved"),
        ("citation", "national:1"),
        ("facts", '{"signature": "李四"}'),
        ("at", "2026-03-02 01:02:03.456788+00:00"),
        ("object_ref", "R2026-000002"),
        ("capacities", "chair"),
        ("request_id", "x"),
        ("source", "approved"),
        ("actor_kind", "system"),
        ("object_kind", "meeting"),
    ],
)
def test_altered_content_is_named(chain: Chain, by_sql: Sql, column: str, value: str) -> None:
    by_sql(f"UPDATE trail_entry SET {column} = '{value}' WHERE id = {entry(chain, 3).pk}")  # noqa: S608

    assert [(subject, seq) for subject, seq, _message in found()] == [("project:P2026-000001", 3)]
    assert "project:P2026-000001 #3: " in told_by_the_command()
    assert "project:P2026-000001 #3: " in told_by_the_command("project:P2026-000001")


def test_altered_content_with_its_digest_made_to_fit_breaks_the_next_link(chain: Chain, by_sql: Sql) -> None:
    third = entry(chain, 3)
    third.actor_name = "李四"
    by_sql(f"UPDATE trail_entry SET actor_name = '李四', digest = '{digest(third.content())}' WHERE id = {third.pk}")  # noqa: S608

    assert found() == [("project:P2026-000001", 4, "与前一条的摘要不相接")]


def test_digest_of_an_unknown_kind_is_no_digest(chain: Chain, by_sql: Sql) -> None:
    last = entry(chain, 5)
    by_sql(
        f"UPDATE trail_entry SET digest = 'none:1' WHERE id = {last.pk}",  # noqa: S608
        f"UPDATE trail_chain SET head = 'none:1' WHERE id = {chain.pk}",  # noqa: S608
    )

    assert [(subject, seq) for subject, seq, _message in found()] == [("project:P2026-000001", 5)]


def test_deleted_entry_in_the_middle_is_named(chain: Chain, by_sql: Sql) -> None:
    by_sql(f"DELETE FROM trail_entry WHERE id = {entry(chain, 3).pk}")  # noqa: S608

    assert ("project:P2026-000001", 3, "缺少第 3 条") in found()


def test_deleted_last_entry_is_named(chain: Chain, by_sql: Sql) -> None:
    by_sql(f"DELETE FROM trail_entry WHERE id = {entry(chain, 5).pk}")  # noqa: S608

    assert found() == [("project:P2026-000001", 4, "链尾与记录不符：末条被删除，或链头被改动")]


def test_deleted_last_entry_with_the_head_made_to_fit_is_found_by_the_seal(
    chain: Chain, by_sql: Sql, tmp_path: Path
) -> None:
    _made, path = seal(date(2026, 3, 2), AT, tmp_path)
    by_sql(
        f"DELETE FROM trail_entry WHERE id = {entry(chain, 5).pk}",  # noqa: S608
        f"UPDATE trail_chain SET length = 4, head = '{entry(chain, 4).digest}' WHERE id = {chain.pk}",  # noqa: S608
    )

    assert found() == []
    assert [(p.subject, p.seq) for p in verify_seal(path)] == [("project:P2026-000001", 5)]
    assert "project:P2026-000001 #5: " in told_by_the_command("--seal", str(path))


def test_swapped_entries_are_both_named(chain: Chain, by_sql: Sql) -> None:
    second, third = entry(chain, 2).pk, entry(chain, 3).pk
    by_sql(
        f"UPDATE trail_entry SET seq = 99 WHERE id = {second}",  # noqa: S608
        f"UPDATE trail_entry SET seq = 2 WHERE id = {third}",  # noqa: S608
        f"UPDATE trail_entry SET seq = 3 WHERE id = {second}",  # noqa: S608
    )

    assert {2, 3} <= {seq for _subject, seq, _message in found()}


def test_entry_moved_to_another_subject_is_named(chain: Chain, by_sql: Sql) -> None:
    neighbour = Chain.objects.get(subject_ref="P2026-000002")
    by_sql(f"UPDATE trail_entry SET chain_id = {neighbour.pk}, seq = 3 WHERE id = {entry(chain, 5).pk}")  # noqa: S608

    assert {subject for subject, _seq, _message in found()} == {"project:P2026-000001", "project:P2026-000002"}


@pytest.mark.parametrize("change", ["head = 'sm3:00'", "length = 7"])
def test_altered_head_is_named(chain: Chain, by_sql: Sql, change: str) -> None:
    by_sql(f"UPDATE trail_chain SET {change} WHERE id = {chain.pk}")  # noqa: S608

    assert [subject for subject, _seq, _message in found()] == ["project:P2026-000001"]


def test_row_replaced_past_the_delete_trigger_is_named(chain: Chain) -> None:
    """SQLite's INSERT OR REPLACE deletes without firing a trigger; the digest tells all the same."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such statement")
    columns = ", ".join(field.column for field in Entry._meta.concrete_fields)
    values = columns.replace("actor_name", "'李四'")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT OR REPLACE INTO trail_entry ({columns}) SELECT {values} FROM trail_entry WHERE id = %s",  # noqa: S608
            [entry(chain, 2).pk],
        )

    assert [(subject, seq) for subject, seq, _message in found()] == [("project:P2026-000001", 2)]


@pytest.mark.parametrize("event", ["update", "delete"])
def test_dropped_trigger_is_named(chain: Chain, event: str) -> None:
    on = " ON trail_entry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER keep_trail_entry_{event}{on}")

    assert found() == [("trail_entry", 0, "表上缺少防改触发器")]
    triggers.install()


@pytest.mark.postgres
def test_disabled_trigger_is_named(chain: Chain) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE trail_entry DISABLE TRIGGER keep_trail_entry_update")

    assert found() == [("trail_entry", 0, "表上缺少防改触发器")]


def test_verify_of_an_unknown_subject_says_so() -> None:
    with pytest.raises(CommandError, match="project:P1"):
        call_command("trail", "verify", "project:P1")


# --- the seal -----------------------------------------------------------------------------------------------------


def test_seal_holds_while_the_record_grows(chain: Chain, tmp_path: Path) -> None:
    made, path = seal(date(2026, 3, 2), AT, tmp_path)
    with transaction.atomic():
        append(record(step="withdraw"))

    assert (made.chains, made.entries) == (2, 7)
    assert list(verify_seal(path)) == []
    call_command("trail", "verify", "--seal", str(path), stdout=StringIO())


def test_seal_of_a_day_is_made_once(chain: Chain, tmp_path: Path) -> None:
    first, path = seal(date(2026, 3, 2), AT, tmp_path)
    written = path.read_bytes()
    with transaction.atomic():
        append(record(step="withdraw"))

    again, _path = seal(date(2026, 3, 2), AT + timedelta(hours=1), tmp_path)

    assert again.pk == first.pk
    assert path.read_bytes() == written


def test_seals_are_a_chain_of_their_own(chain: Chain, tmp_path: Path) -> None:
    first, _path = seal(date(2026, 3, 2), AT, tmp_path)
    second, _path = seal(date(2026, 3, 3), AT, tmp_path)

    assert second.previous == first.digest
    assert second.digest != first.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines[:1], lines[1].replace("5,", "4,"), *lines[2:]],
        lambda lines: lines[:-1],
        lambda lines: [lines[0].replace("2026-03-02", "2026-03-01"), *lines[1:]],
    ],
    ids=["a length", "a line left out", "the day"],
)
def test_changed_seal_file_is_named(chain: Chain, tmp_path: Path, change: Callable[[list[str]], list[str]]) -> None:
    _made, path = seal(date(2026, 3, 2), AT, tmp_path)
    path.write_text("\n".join(change(path.read_text("utf-8").splitlines())) + "\n", "utf-8")

    assert path.name in {problem.subject for problem in verify_seal(path)}


def test_seal_row_that_does_not_fit_its_file_is_named(chain: Chain, by_sql: Sql, tmp_path: Path) -> None:
    made, path = seal(date(2026, 3, 2), AT, tmp_path)
    by_sql(f"UPDATE trail_seal SET digest = 'sm3:00' WHERE id = {made.pk}")  # noqa: S608

    assert [problem.subject for problem in verify_seal(path)] == [path.name]


def test_seal_command_writes_the_file_and_prints_the_digest(chain: Chain, tmp_path: Path) -> None:
    out = StringIO()

    call_command("trail", "seal", "--day", "2026-03-02", "--folder", str(tmp_path), stdout=out)

    assert Seal.objects.get().digest in out.getvalue()
    assert (tmp_path / "seal-2026-03-02.jsonl").exists()


# --- export -------------------------------------------------------------------------------------------------------


def test_export_verifies_elsewhere_from_its_bytes_alone(chain: Chain, settings: object) -> None:
    """Whoever has the lines needs nothing of ours but the recipe: sorted keys, no blanks, UTF-8, the named digest."""
    settings.TRAIL_DIGEST = "sha256"
    with transaction.atomic():
        append(record("P2026-000003", facts={"题": "𠮷🧪", "数": 2**70}), record("P2026-000003", "accept"))
    new = Chain.objects.get(subject_ref="P2026-000003")

    lines = list(export([new]))

    before = ""
    for number, line in enumerate(lines, start=1):
        content = json.loads(line)
        claimed = content.pop("digest")
        bytes_again = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        assert claimed == "sha256:" + hashlib.sha256(bytes_again).hexdigest()
        assert (content["seq"], content["previous"]) == (number, before)
        before = claimed
    assert before == new.head


def test_export_of_an_altered_entry_does_not_verify(chain: Chain, by_sql: Sql) -> None:
    by_sql(f"UPDATE trail_entry SET actor_name = '李四' WHERE id = {entry(chain, 2).pk}")  # noqa: S608

    lines = [json.loads(line) for line in export([chain])]

    fits = [digest({k: v for k, v in line.items() if k != "digest"}) == line["digest"] for line in lines]
    assert fits == [True, False, True, True, True]


def test_export_command_writes_the_same_bytes(chain: Chain, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    call_command("trail", "export", "project:P2026-000001")

    assert capfdbinary.readouterr().out == b"".join(export([chain]))
