"""What of all that stands in a project's way a stage asks about."""

from dataclasses import dataclass

import pytest

from reviews.rules.gates import at_stage, letter_wanted, next_stage

ASKED = {"ban": ("intake", "approval"), "review": ("process",)}
FIVE = ("guide", "approval", "process", "acceptance", "evaluation")


@dataclass(frozen=True)
class Found:
    check: str
    only: str = ""


def test_stage_asks_for_its_own_checks_and_what_a_rule_names_it_for() -> None:
    found = [Found("ban"), Found("review"), Found("review", only="approval"), Found("unknown")]

    approval = at_stage("approval", found, asked_at=ASKED, warnings={"ban"})
    process = at_stage("process", found, asked_at=ASKED, warnings={"ban"})

    assert (approval.shutting, approval.warning) == ((found[2],), (found[0],))
    assert (process.shutting, process.warning, process.open) == ((found[1],), (), False)
    assert at_stage("guide", found, asked_at=ASKED, warnings=()).open


@pytest.mark.parametrize(
    ("field", "fiscal", "fiscal_only", "wanted"),
    [
        ("medicine", True, True, True),
        ("medicine", False, True, False),
        ("medicine", False, False, True),
        ("engineering", True, False, False),
    ],
)
def test_who_signs_the_letter(field: str, fiscal: bool, fiscal_only: bool, wanted: bool) -> None:
    assert letter_wanted(field, fields=("medicine", "ai"), fiscal=fiscal, fiscal_only=fiscal_only) is wanted


def test_stages_are_passed_in_their_order_and_guides_by_no_project() -> None:
    assert [next_stage(passed, FIVE) for passed in ("", *FIVE[1:])] == [*FIVE[1:], ""]
    assert next_stage("", ()) == ""
