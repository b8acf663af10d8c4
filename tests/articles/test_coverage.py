"""No article with a counterpart in this service is without its test, and the page that says so is up to date."""

from pathlib import Path

import pytest

from tests.articles_covered import PAGE, TITLES, Article, articles, page, proofs

ARTICLES = articles()


@pytest.fixture(scope="module")
def proved() -> set[tuple[str, int]]:
    return {(proof.pack, proof.number) for proof in proofs()}


@pytest.mark.parametrize(
    "article", [one for one in ARTICLES if one.status == "due"], ids=lambda one: f"{one.pack}:{one.number}"
)
def test_due_article_has_a_test(article: Article, proved: set[tuple[str, int]]) -> None:
    assert (article.pack, article.number) in proved, f"{TITLES[article.pack]} {article.number}: {article.what}"


def test_list_of_due_articles_is_well_formed() -> None:
    assert {article.pack for article in ARTICLES} == TITLES.keys()
    assert {article.status for article in ARTICLES} == {"due", "later", "none"}
    assert [a for a in ARTICLES if (a.status != "due") != bool(a.why)] == []


@pytest.mark.parametrize("pack", ["shandong", "sichuan"])
def test_every_article_of_a_provinces_plan_is_accounted_for(pack: str) -> None:
    assert sorted(article.number for article in ARTICLES if article.pack == pack) == list(range(1, 18))


def test_marks_name_articles_that_are_listed(proved: set[tuple[str, int]]) -> None:
    """A slip of the pen in a mark would prove an article that is none."""
    listed = {(article.pack, article.number) for article in ARTICLES}

    assert {proof for proof in proved if proof[0] in TITLES} - listed == set()


def test_generated_page_is_up_to_date() -> None:
    """Else: python -m tests.articles_covered"""
    assert PAGE.read_text("utf-8") == page()


def test_marks_are_found_on_functions_classes_and_files(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_one.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.django_db, pytest.mark.article('national', 2)]\n"
        "@pytest.mark.article('human', 8, 22)\n"
        "def test_a(): ...\n"
        "class TestB:\n"
        "    @pytest.mark.article('ai', 10)\n"
        "    def test_c(self): ...\n"
        "def not_a_test(): ...\n"
    )

    found = {(proof.pack, proof.number, proof.test.partition("::")[2]) for proof in proofs(tmp_path)}

    assert found == {
        ("human", 8, "test_a"),
        ("human", 22, "test_a"),
        ("national", 2, "test_a"),
        ("ai", 10, "TestB::test_c"),
        ("national", 2, "TestB::test_c"),
    }
