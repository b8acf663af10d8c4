"""The emergency procedure has people and steps of its own: the part of the table that differs."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import steps_of
from tests.committees.builders import appoint, authority, holder, institution, keeper_of, person
from tests.reviews import step_table
from tests.reviews.emergencies import regulator_of, urgent
from tests.reviews.step_scene import Scene
from tests.reviews.step_table import CAPACITIES, Cell, cells, render

pytestmark = pytest.mark.django_db
STATES = (
    "submitted",
    "accepted",
    "in_review",
    "modification_required",
    "preliminarily_passed",
    "in_recheck",
    "approved",
)
# Whoever is at hand accepts; afterwards each officer is what the procedure asks of them.
ACCEPTORS = {"secretary", "chair", "vice_chair"}
MORE = {"secretary": "urgent_secretary", "chair": "urgent_chair", "invited adviser": "field_adviser"}
KNOWN = CAPACITIES | {"invited adviser": {"adviser"}, "declaring regulator": {"regulator"}}


def scene() -> Scene:
    """An urgent review at an open meeting, with an adviser of the field invited, and one who is not."""
    path = urgent().opened()
    officer, members = keeper_of(path.committee), path.members
    invited = path.adviser("engineering")
    seat = path.committee.memberships.get(appointment__person=invited)
    path.do("invite_adviser", path.secretary, adviser=str(seat.pk))
    perform(path.ballot_of(members[6]), "recuse", by=members[6], at=path.at, ground="与负责人有合作")
    people: dict[str, Any] = {
        "lead": path.lead,
        "secretary": path.secretary,
        "chair": path.chair,
        "vice_chair": members[1],
        "voter": members[5],
        "recused member": members[6],
        "institution_officer": officer,
        "invited adviser": invited,
        "adviser": appoint(path.committee, 20, by=officer, at=path.at, role=Role.ADVISER, category="other"),
        "declaring regulator": regulator_of(path.event),
        "regulator elsewhere": holder(Role.REGULATOR, authority("510000")),
        "secretary elsewhere": holder(Role.SECRETARY, institution("510100")),
        "no role": person(),
        "system": SYSTEM,
    }
    return Scene(path, people, {"review": path.review})


@pytest.fixture(scope="module")
def table(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[list[Cell]]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield list(cells(scene(), "review", STATES))
        transaction.set_rollback(True)


def test_who_may_do_what_is_as_written_down(table: list[Cell]) -> None:
    """Changed on purpose? Run it with STEP_TABLE=write, and read the difference."""
    found = render(table)
    if os.environ.get("STEP_TABLE") == "write":
        step_table.EMERGENCY.write_text(found, "utf-8")

    assert found == step_table.EMERGENCY.read_text("utf-8")


def test_behaviour_is_what_the_steps_declare(table: list[Cell]) -> None:
    wrong = []
    for cell in table:
        have = set(KNOWN[cell.who])
        if cell.state == "submitted":
            have |= {"urgent_acceptor"} if cell.who in ACCEPTORS else set()
        elif cell.who in MORE:
            have.add(MORE[cell.who])
        declared = steps_of(nouns()["review"])
        expected = {name for name in cell.tried if cell.sees and declared[name].by & have}
        if cell.permitted != expected:
            wrong.append((cell.state, cell.who, sorted(cell.permitted ^ expected)))

    assert wrong == []


def test_buttons_are_the_permission(table: list[Cell]) -> None:
    people = [cell for cell in table if cell.who != "system" and cell.sees]

    assert [(c.state, c.who) for c in people if c.offered != c.now] == []


def test_a_recused_member_strangers_and_the_declaring_department_see_nothing(table: list[Cell]) -> None:
    """To declare an emergency opens no review: a regulator sees those of high risk, as ever."""
    hidden = {"recused member", "declaring regulator", "regulator elsewhere", "secretary elsewhere", "no role"}

    assert [(c.state, c.who) for c in table if c.who in hidden and c.sees] == []
