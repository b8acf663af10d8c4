"""The simplified procedure has people and steps of its own: the part of the table that differs."""

import os
from collections.abc import Iterator

import pytest
from django.db import transaction

from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import steps_of
from tests.reviews import step_table
from tests.reviews.step_scene import simplified_scene
from tests.reviews.step_table import Cell, cells, declared_for, render

pytestmark = pytest.mark.django_db
STATES = {"review": ("accepted", "in_review", "approved"), "opinion": ("assigned", "cast")}


@pytest.fixture(scope="module")
def table(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[list[Cell]]:
    with django_db_blocker.unblock(), transaction.atomic():
        made = simplified_scene()
        yield [cell for noun, states in STATES.items() for cell in cells(made, noun, states)]
        transaction.set_rollback(True)


def test_who_may_do_what_is_as_written_down(table: list[Cell]) -> None:
    """Changed on purpose? Run it with STEP_TABLE=write, and read the difference."""
    found = render(table)
    if os.environ.get("STEP_TABLE") == "write":
        step_table.SIMPLIFIED.write_text(found, "utf-8")

    assert found == step_table.SIMPLIFIED.read_text("utf-8")


def test_behaviour_is_what_the_steps_declare(table: list[Cell]) -> None:
    wrong = []
    for cell in table:
        declared = steps_of(nouns()[cell.noun])
        expected = {
            name
            for name in cell.tried
            if cell.sees and declared_for(cell.who, cell.noun, declared[name], simplified=True)
        }
        if cell.permitted != expected:
            wrong.append((cell.noun, cell.state, cell.who, sorted(cell.permitted ^ expected)))

    assert wrong == []


def test_buttons_are_the_permission(table: list[Cell]) -> None:
    people = [cell for cell in table if cell.who != "system" and cell.sees]

    assert [(c.noun, c.state, c.who) for c in people if c.offered != c.now] == []


def test_a_recused_member_and_strangers_see_nothing(table: list[Cell]) -> None:
    hidden = {"recused member", "secretary elsewhere", "no role"}

    assert [(c.noun, c.state, c.who) for c in table if c.who in hidden and c.sees] == []
