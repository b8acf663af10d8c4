from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ethicsreview.accounts.models import Appointment, Body, Person, Role
from ethicsreview.work.kinds import KINDS, Failed, Made, Running, kind


@pytest.fixture
def person(db: None) -> Person:
    return Person.objects.create_user(username="secretary", name="李秘书", email="secretary@example.org")


@pytest.fixture
def other(db: None) -> Person:
    return Person.objects.create_user(username="other", name="旁人", email="other@example.org")


@pytest.fixture
def operator(db: None) -> Person:
    person = Person.objects.create_user(username="operator", name="运维", email="operator@example.org")
    body = Body.objects.create(kind="authority", ref="A1", name="平台", region="370000")
    Appointment.objects.create(person=person, role=Role.OPERATOR, body=body, starts="2020-01-01")
    return person


@pytest.fixture(autouse=True)
def kinds(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Kinds of work that do as their terms say; files in a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path)
    before = dict(KINDS)

    @kind("test.pieces", label="分段的工作", may=lambda standing: True)
    def pieces(work: Running) -> Made:
        with work.out.open("wb") as out:
            for number in range(work.job.terms["pieces"]):
                work.tell(number, work.job.terms["pieces"], f"第{number}段")
                out.write(b"piece\n")
        return Made("都写好了", "pieces.txt", "text/plain", subject=("person", work.asker.username), facts={"n": 1})

    @kind("test.refused", label="办不成的工作")
    def refused(work: Running) -> Made:
        work.out.write_bytes(b"half")
        raise Failed("文件不能读，请另存后再试。")

    @kind("test.broken", label="出故障的工作")
    def broken(work: Running) -> Made:
        work.out.write_bytes(b"half")
        raise RuntimeError("secret of a participant")

    yield
    KINDS.clear()
    KINDS.update(before)
