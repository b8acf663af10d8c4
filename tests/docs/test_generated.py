"""The pages that are written from the code: they say what is declared, and a stale one is found."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ethicsreview.deadlines.obligations import lists
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import steps_of
from reviews.describing import pages
from reviews.describing.lifecycles import reached_states
from reviews.models import FollowUp, Review


def docs(folder: Path, **options: Any) -> str:
    out = StringIO()
    call_command("docs", folder=folder, stdout=out, **options)
    return out.getvalue()


def rows(page: str, section: str) -> list[list[str]]:
    """The cells of the table under one heading."""
    text = pages.text_of(page).partition(f"`{section}`\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if line[:1] == "|"]


def test_every_obligation_and_every_reason_stands_on_the_page() -> None:
    text = pages.text_of("obligations.md")

    assert [kind for kind in lists().obligations if f"`{kind}` |" not in text] == []
    assert [one.en for one in lists().without if one.en not in text] == []


@pytest.mark.parametrize("name", ["lifecycles.md", "steps.md"])
def test_every_step_of_every_lifecycle_stands_on_the_page(name: str) -> None:
    for noun, model in nouns().items():
        told = [row[0].partition("<br>")[2].strip("`") for row in rows(name, noun)[2:]]

        assert sorted(filter(None, told)) == sorted(steps_of(model))


def test_table_of_permissions_marks_the_declared_capacities_and_no_other() -> None:
    for noun, model in nouns().items():
        for row in rows("steps.md", noun)[2:]:
            name = row[0].partition("<br>")[2].strip("`")
            expected = len(steps_of(model)[name].by) if name else len(model.creators)

            assert row[2:].count("●") == expected, name


def test_row_of_a_step_names_guards_article_and_recipients() -> None:
    conclude = next(row for row in rows("lifecycles.md", "review") if "`conclude`" in row[0])

    _label, source, targets, _by, requirements, article, told = conclude

    assert source == "`in_review`"
    assert targets == (
        "`approved`<br>`preliminarily_passed`<br>`modification_required`<br>`revision_required`<br>`rejected`<br>`concluded`"
    )
    assert "`quorum_met` Measures 14: counted for this item, after recusals." in requirements
    assert article == "《办法》第十六条<br>Measures, Art. 16"
    assert told.endswith("法定 statutory")


def test_states_are_told_as_reached_only_where_a_step_leads_to_them() -> None:
    assert set(FollowUp.State.values) - set(reached_states(FollowUp)) == set()
    assert set(Review.State.values) - set(reached_states(Review)) == set()


def test_check_is_content_with_what_the_command_wrote(tmp_path: Path) -> None:
    docs(tmp_path)

    assert docs(tmp_path, check=True) == ""
    assert docs(tmp_path) == ""


def test_check_names_a_page_that_was_changed_by_hand_and_one_that_is_absent(tmp_path: Path) -> None:
    docs(tmp_path)
    (tmp_path / "lifecycles.md").write_text("by hand")
    (tmp_path / "steps.md").unlink()

    with pytest.raises(CommandError, match=r": lifecycles\.md, steps\.md$"):
        docs(tmp_path, check=True)
    assert (tmp_path / "lifecycles.md").read_text() == "by hand"


def test_command_leaves_the_pages_of_others_alone(tmp_path: Path) -> None:
    other = tmp_path / "articles.md"
    other.write_text("by the tests")

    docs(tmp_path)

    assert other.read_text() == "by the tests"
    docs(tmp_path, check=True)
