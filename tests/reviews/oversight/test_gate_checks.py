"""A list of projects checked at one stage: every line answered or named, none lost, none twice."""

import csv
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.trail.models import Entry
from ethicsreview.work import running
from ethicsreview.work.models import Job
from reviews.models import GateAnswer, GateCheck
from reviews.oversight.programmes import checking
from reviews.oversight.programmes.checking import CheckForm
from reviews.oversight.programmes.listing import MOST, Line, Unreadable, from_file, pasted
from tests.committees.builders import authority, holder, person
from tests.reviews.programmes import CHENGDU, SICHUAN, Run, entered
from tests.reviews.test_work import enter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def asked(made: Run, **terms: Any) -> Any:
    given = {"programme": made.programme.code, "stage": "approval", "format": "csv", **terms}
    return enter(made.manager).post("/work/new/programme.check/", given)


def two(made: Run) -> tuple[str, str]:
    """Another that is known by its number alone: both unsigned; the second is signed for nothing."""
    first = made.entry.number
    made.entered(field="engineering")
    return first, made.entry.number


def test_pasted_list_answers_each_project_and_names_every_wrong_line_at_once() -> None:
    made, path = entered(CHENGDU)
    shut, open_ = two(made)
    lines = f"项目编号\t名称\n{shut}\tx\n\n没有的\n{open_}\n{path.project.ref}\n=HYPERLINK(1)\n"

    assert asked(made, numbers=lines).status_code == 302
    running.run_waiting()

    job = Job.objects.get()
    assert (job.state, job.error) == ("done", "")
    assert job.summary.splitlines() == [
        "共5行：通过1，不通过1，未能检查3。",
        "第4行“没有的”：本计划没有这一项目编号",
        f"第6行“{path.project.ref}”：与第2行重复",
        "第7行“=HYPERLINK(1)”：本计划没有这一项目编号",
    ]
    with Path(job.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [(row[0], row[4]) for row in rows] == [
        ("2", "不通过"),
        ("4", "未检查"),
        ("5", "通过"),
        ("6", "未检查"),
        ("7", "未检查"),
    ]
    assert rows[0][5].count("（《四川省") == 2
    assert rows[4][1] == "'=HYPERLINK(1)"
    assert GateAnswer.objects.filter(check_run__job=job.ref).count() == 2
    assert Entry.objects.filter(chain__subject_ref=path.project.ref, step="answer_gate").count() == 1
    exported = Entry.objects.get(object_ref=made.programme.ref, step="exported")
    assert (exported.facts["shut"], exported.facts["open"], exported.facts["wrong"]) == (1, 1, 3)


def test_uploaded_workbook_and_a_worker_that_died_between_two_pieces() -> None:
    made, _path = entered(CHENGDU)
    numbers = two(made)
    book = Workbook()
    for number in ("number", *numbers, "X"):
        book.active.append([number])
    content = BytesIO()
    book.save(content)
    file = SimpleUploadedFile("清单.xlsx", content.getvalue())
    assert asked(made, file=file, format="xlsx").status_code == 302
    with patch.object(checking, "CHUNK", 1), patch.object(checking, "_written", side_effect=RuntimeError):
        running.run_waiting()
    assert (Job.objects.get().state, GateAnswer.objects.count()) == ("queued", 2)
    Job.objects.update(next_try_at=timezone.now())
    running.run_waiting()

    job = Job.objects.get()
    assert (job.state, GateAnswer.objects.count(), GateCheck.objects.get().rows.count()) == ("done", 2, 3)
    rows = list(load_workbook(BytesIO(Path(job.path()).read_bytes())).active.values)
    assert [row[0] for row in rows[1:]] == [2, 3, 4]


def test_what_is_asked_wrongly_is_told_before_anything_begins() -> None:
    made, _path = entered(CHENGDU)
    standing = standing_of(made.manager, made.at)
    beside = standing_of(holder(Role.PROGRAMME_MANAGER, authority(SICHUAN, level="province")), made.at)
    good = {"programme": made.programme.ref, "stage": "approval", "numbers": "1", "format": "csv"}

    def errors(who: Any = standing, **changes: Any) -> set[str]:
        return set(CheckForm(good | changes, standing=who).errors)

    assert errors() == set()
    assert errors(stage="intake") == {"stage"}
    assert errors(stage="guide") == {"stage"}
    assert errors(numbers="") == {"numbers"}
    assert errors(numbers="\n".join(map(str, range(MOST + 1)))) == {"numbers"}
    assert errors(programme="NONE") == {"programme"}
    assert errors(beside) == {"programme"}
    for who in (person(), holder(Role.RECHECK_EXPERT, made.authority)):
        assert enter(who).get("/work/new/programme.check/").status_code == 404


def test_whoever_is_no_manager_any_more_gets_nothing() -> None:
    made, _path = entered(CHENGDU)
    asked(made, numbers=made.entry.number)
    made.manager.appointments.all().delete()
    running.run_waiting()

    assert (Job.objects.get().state, GateAnswer.objects.count()) == ("failed", 0)


def test_lists_in_either_encoding_keep_their_line_numbers(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    for encoding in ("utf-8-sig", "gb18030"):
        file.write_bytes('项目编号,名称\n川〔2026〕1号,甲\n\n"二\n号",乙\n'.encode(encoding))
        assert from_file(file) == [Line(2, "川〔2026〕1号"), Line(4, "二\n号")]
    for content in (b"\xff\xfe\x00\x01", b"PK\x03\x04broken", b"\n\n"):
        file.write_bytes(content)
        with pytest.raises(Unreadable):
            from_file(file)
    assert pasted("A，甲\nB\t乙") == [Line(1, "A"), Line(2, "B")]
