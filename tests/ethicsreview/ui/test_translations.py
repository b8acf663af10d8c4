import gettext
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from ethicsreview.ui.translations import check, compile_catalogue, update

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext

def words(n):
    return _("受理"), _("共%(n)d件") % {"n": n}, ngettext("%(n)d天", "%(n)d天", n), pgettext("会议", "开")
"""
TEMPLATE = """{% load i18n %}
      <h1>{% translate "提交" %}</h1>
  {% blocktranslate count n=rows|length trimmed %}
    有{{ n }}行
  {% plural %}
    有{{ n }}行
  {% endblocktranslate %}
        <p>(a text with a bracket</p>
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (("reviews/words.py", PYTHON), ("reviews/templates/page.html", TEMPLATE)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for ignored in ("reviews/migrations/0001.py", "tests/test_words.py"):
        path = tmp_path / ignored
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('_("不用翻译")', encoding="utf-8")
    return tmp_path


@pytest.fixture
def po(root: Path) -> Path:
    path = root / "locale" / "en" / "LC_MESSAGES" / "django.po"
    update(root, path)
    return path


def complete(po: Path) -> None:
    text = po.read_text(encoding="utf-8")
    head, body = text.split("\n\n", 1)
    for chinese, answers in {
        "受理": ["Accept"],
        "提交": ["Submit"],
        "开": ["Open"],
        "共%(n)d件": ["%(n)d in all"],
        "%(n)d天": ["%(n)d day", "%(n)d days"],
        "有%(n)s行": ["%(n)s row", "%(n)s rows"],
    }.items():
        if len(answers) == 1:
            body = body.replace(f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{answers[0]}"')
        else:
            body = body.replace(
                f'msgid_plural "{chinese}"\nmsgstr[0] ""\nmsgstr[1] ""',
                f'msgid_plural "{chinese}"\nmsgstr[0] "{answers[0]}"\nmsgstr[1] "{answers[1]}"',
            )
    po.write_text(f"{head}\n\n{body}", encoding="utf-8")


def kinds(root: Path, po: Path) -> list[tuple[str, str]]:
    return [(problem.kind, problem.message) for problem in check(root, po)]


def test_code_and_templates_are_read_and_migrations_and_tests_are_not(po: Path) -> None:
    with po.open("rb") as file:
        catalogue = read_po(file)

    found = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}
    assert found == {"受理", "共%(n)d件", "%(n)d天", "开", "提交", "有%(n)s行"}


def test_extracting_again_changes_nothing_and_keeps_what_is_translated(root: Path, po: Path) -> None:
    complete(po)
    before = po.read_bytes()

    update(root, po)

    assert po.read_bytes() == before
    assert check(root, po) == []


def test_a_complete_catalogue_speaks_english_when_compiled(root: Path, po: Path) -> None:
    complete(po)
    with compile_catalogue(po).open("rb") as file:
        english = gettext.GNUTranslations(file)

    assert english.gettext("受理") == "Accept"
    assert english.ngettext("%(n)d天", "%(n)d天", 2) == "%(n)d days"
    assert english.pgettext("会议", "开") == "Open"


def test_every_untranslated_message_is_named(root: Path, po: Path) -> None:
    assert {kind for kind, _message in kinds(root, po)} == {"untranslated"}
    assert len(kinds(root, po)) == 6


def test_missing_obsolete_fuzzy_and_misplaced_are_named(root: Path, po: Path) -> None:
    complete(po)
    text = po.read_text(encoding="utf-8")
    text = text.replace('msgstr "%(n)d in all"', 'msgstr "%(count)d in all"')
    text = text.replace('msgid "提交"', '#, fuzzy\nmsgid "提交"')
    po.write_text(text, encoding="utf-8")
    code = root / "reviews" / "words.py"
    code.write_text(code.read_text(encoding="utf-8").replace("受理", "不予受理"), encoding="utf-8")

    assert sorted(kinds(root, po)) == [
        ("fuzzy", "提交"),
        ("missing", "不予受理"),
        ("obsolete", "受理"),
        ("placeholders", "共%(n)d件"),
    ]


def test_what_nobody_says_any_more_is_dropped(root: Path, po: Path) -> None:
    complete(po)
    (root / "reviews" / "templates" / "page.html").unlink()

    update(root, po)

    assert "提交" not in po.read_text(encoding="utf-8")
    assert check(root, po) == []
