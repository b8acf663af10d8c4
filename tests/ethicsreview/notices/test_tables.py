from pathlib import Path

import pytest
from django.utils.translation import gettext_lazy

from ethicsreview.notices.tables import MissingWords, Rule, TableError, check_tables, read_tables, table_files, tables

GOOD = """
[[notice]]
key = "review.accept"
to = ["lead", "secretaries"]
statutory = true
subject.zh = "已受理：{ref}"
subject.en = "Accepted: {ref}"
text.zh = "{ref}已受理。"
text.en = "{ref} has been accepted."
"""

KIND = """
[[kind]]
name = "reviews"
covers = ["review"]
label.zh = "审查"
label.en = "Reviews"
"""


def rule(**changes: object) -> Rule:
    words = {"zh": "已受理：{title}", "en": "Accepted: {title}"}
    return Rule.model_validate({"key": "review.accept", "subject": words, "text": words} | changes)


def table(folder: Path, name: str, text: str) -> Path:
    file = folder / name / "notices.toml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    return file


def test_every_installed_table_is_sound() -> None:
    assert len(table_files()) >= 1
    assert check_tables() == []
    assert tables()["deadline.breach"].statutory


def test_a_table_is_read_with_its_recipients(tmp_path: Path) -> None:
    read = read_tables([table(tmp_path, "reviews", KIND + GOOD)]).rules["review.accept"]

    assert (read.to, read.statutory, read.urgent) == (("lead", "secretaries"), True, False)


def test_all_mistakes_of_all_tables_are_named_at_once(tmp_path: Path) -> None:
    first = table(
        tmp_path,
        "first",
        """
[[notice]]
key = "Accept!"
to = ["lead"]
statutory = "yes"
colour = "red"
subject.zh = "已受理：{ref}"
subject.en = "Accepted: {reference}"
text.zh = "{ref.owner.password}"
text.en = ""
""",
    )
    second = table(tmp_path, "second", GOOD + GOOD)
    third = table(tmp_path, "third", "[[notice]\n")

    with pytest.raises(TableError) as caught:
        read_tables([first, second, third])

    where = [problem.split(": ")[1] for problem in caught.value.problems]
    assert where == [
        "notice.0.key",
        "notice.0.statutory",
        "notice.0.subject",
        "notice.0.text.en",
        "notice.0.colour",
        "review.accept stands twice",
        "Expected ']]' at the end of an array declaration (at line 1, column 9)",
    ]


@pytest.mark.parametrize("words", ["{ref.owner}", "{ref[0]}", "{ref!r}", "{ref:>9999}", "{}", "{ref"])
def test_a_place_is_a_plain_name(words: str) -> None:
    with pytest.raises(ValueError, match="text"):
        rule(text={"zh": words, "en": words})


def test_words_come_in_the_persons_language() -> None:
    assert rule().render("zh-hans", {"title": "甲"}).subject == "已受理：甲"
    assert rule().render("en", {"title": "A"}).subject == "Accepted: A"


def test_values_are_translated_too() -> None:
    lazy = gettext_lazy("English")

    assert rule().render("en", {"title": lazy}).subject == "Accepted: English"


def test_a_missing_value_is_named() -> None:
    with pytest.raises(MissingWords, match="title"):
        rule().render("en", {"ref": "R1"})


def test_a_subject_is_one_bounded_line() -> None:
    letter = rule().render("zh-hans", {"title": "甲\r\nBcc: everyone@example.org " + "很长" * 5000})

    assert letter.subject.startswith("已受理：甲 Bcc: everyone@example.org 很长")
    assert len(letter.subject) == 200


def test_braces_in_a_value_stay_text() -> None:
    assert rule().render("en", {"title": "{title} {0.__class__}"}).subject == "Accepted: {title} {0.__class__}"


def test_a_day_is_said_as_people_read_it_and_nothing_else_is_taken_for_one() -> None:
    days = [rule().render(language, {"title": "2026-12-06"}).subject for language in ("zh-hans", "en")]

    assert days == ["已受理：2026年12月6日", "Accepted: 6 Dec 2026"]
    assert rule().render("en", {"title": "2026-13-45"}).subject == "Accepted: 2026-13-45"
