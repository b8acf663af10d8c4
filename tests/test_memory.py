"""What is remembered is what would be made again."""

import os
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.models import Person
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.trail.verification import verify
from tests.committees.builders import committee, person
from tests.memory import Contents, contents, memory, tables
from tests.reviews.builders import case

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _within_a_minute() -> None:
    """How long ago is remembered to the minute: a test must not begin on one side of one and end on the other."""
    global AT
    now = timezone.now()
    AT = AT.replace(second=now.second, microsecond=now.microsecond)


@pytest.fixture(autouse=True)
def _empty_memory() -> Any:
    kept, memory.kept = memory.kept, {}
    folder = os.environ.pop("REMEMBERED", None)
    yield
    memory.kept = kept
    if folder:
        os.environ["REMEMBERED"] = folder


def undone(make: Any) -> tuple[Any, Contents]:
    """What a way of making gives, and what the database then holds; nothing of it stays."""
    with transaction.atomic():
        made = make()
        held = contents()
        transaction.set_rollback(True)
    return made, held


def test_second_call_leaves_the_rows_of_the_first() -> None:
    first, held = undone(lambda: case(at=AT).concluded())
    calls = memory.calls.copy()

    second, again = undone(lambda: case(at=AT).concluded())

    assert memory.calls - calls == {"case again": 1, "Case.concluded again": 1}
    assert again == held
    assert second.review == first.review
    assert second.review is not first.review
    assert (second.at, second.review.state) == (first.at, "approved")


def test_remembered_rows_are_as_if_made() -> None:
    """All but keys, names in sequence and secrets, which differ between any two that are made."""
    undone(lambda: case(at=AT).voted("rejected"))
    _path, remembered = undone(lambda: case(at=AT).voted("rejected"))
    memory.asleep = True
    _path, made = undone(lambda: case(at=AT).voted("rejected"))

    assert {name: len(rows) for name, rows in remembered.items()} == {name: len(rows) for name, rows in made.items()}
    assert steps(remembered) == steps(made)


def steps(held: Contents) -> list[tuple[Any, ...]]:
    [entry] = [table for table in tables() if table.name == "trail_entry"]
    wanted = [entry.columns.index(name) for name in ("seq", "at", "step", "source", "target", "capacities")]
    return sorted(tuple(row[place] for place in wanted) for row in held["trail_entry"].values())


def test_a_step_goes_on_from_what_is_remembered() -> None:
    undone(lambda: case(at=AT).submitted())

    path = case(at=AT).submitted()
    path.do("accept", path.secretary, procedure="general", procedure_ground="一般", listed="no")

    assert path.review.state == "accepted"
    assert list(verify()) == []
    with DocumentVersion.objects.first().file.open() as file:
        assert file.read()


def test_guards_see_what_is_remembered() -> None:
    undone(lambda: case(at=AT).submitted())
    path = case(at=AT).submitted()

    with pytest.raises(Refused):
        perform(path.review, "submit", by=path.lead, at=path.at, agree=True, signature=path.lead.name)


def test_other_rows_make_it_another_call() -> None:
    undone(lambda: committee(at=AT))
    calls = memory.calls.copy()

    person()
    committee(at=AT)

    since = memory.calls - calls
    assert (since["committee"], since["committee again"]) == (1, 0)


def test_signing_in_does_not() -> None:
    undone(lambda: case(at=AT).submitted())
    path = case(at=AT)
    calls = memory.calls.copy()

    Person.objects.filter(pk=path.lead.pk).update(last_login=AT)
    path.submitted()

    assert memory.calls - calls == {"Case.submitted again": 1}
    assert Person.objects.get(pk=path.lead.pk).last_login == AT


def test_another_setting_or_clock_makes_it_another_call() -> None:
    undone(committee)
    calls = memory.calls.copy()

    with override_settings(TRAIL_DIGEST="sha256"):
        undone(committee)
    with time_machine.travel(AT, tick=False):
        undone(committee)
        undone(committee)

    since = memory.calls - calls
    assert (since["committee"], since["committee again"]) == (2, 1)


def test_ways_that_part_share_their_beginning() -> None:
    undone(lambda: case(at=AT).voted("rejected"))
    calls = memory.calls.copy()

    path, _held = undone(lambda: case(at=AT).voted("revision_required"))

    since = memory.calls - calls
    assert (since["Case.voted"], since["Case.vote"], since["Case.opened again"]) == (1, 1, 1)
    assert path.review.state == "in_review"


def test_what_failed_is_not_remembered() -> None:
    path = case(at=AT)

    with pytest.raises(InvalidInput):
        path.accepted(procedure="no such procedure")

    # The way there is, the step that failed is not.
    assert (
        {"Case.submitted"}
        <= {key[0][1] for key in memory.kept}
        <= {"Case.assessed", "Case.drafted", "Case.submitted"} | {"case", "committee", "draft", "ready"}
    )


def test_test_with_monkeypatch_remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    committee(at=AT)

    assert memory.kept == {}


def test_every_table_of_ours_is_read() -> None:
    names = {table.name for table in tables()}

    assert {Committee._meta.db_table, "trail_entry", "accounts_sequence", "notices_delivery"} <= names
    assert not [name for name in names if re.match(r"django_|auth_|axes_", name)]
