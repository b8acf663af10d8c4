"""The list of obligations against the law, the packs and the code: none of the three has a clock that it leaves out."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from ethicsreview.deadlines.obligations import ListError, Undeclared, check, lists, read_lists
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.policy import cite
from ethicsreview.policy.loading import library

ROW = re.compile(r"\| ([A-Z]{2}-\d\d) \|")
# What in a row of the specification speaks of time: a number with its unit, a day, or a word without a number.
TIME = re.compile(
    r"\b\d+ ?(?:d|m|h|y|wd|days?|months?|hours?|years?)\b|03-31|31 March|promptly|immediately|及时|立即|定期"
    r"|periodically|day limit|time limit|\| deadline \|"
)
UNITS = {"days", "months", "hours", "years", "working_days"}
# Nouns of what deadlines hang on besides lifecycles.
SEATS = {"membership", "member", "declaration"}


@pytest.fixture(scope="module")
def rules(shared_data: Path) -> str:
    return (shared_data.parent / "rules.md").read_text(encoding="utf-8")


def test_every_rule_with_a_time_has_a_row_or_a_reason(rules: str) -> None:
    timed = {found[1] for line in rules.splitlines() if (found := ROW.match(line)) and TIME.search(line)}

    assert len(timed) > 35
    assert sorted(timed - lists().rules) == []


def test_list_names_only_rules_that_there_are(rules: str) -> None:
    known = set(re.findall(r"\b[A-Z]{2}-\d\d\b", rules)) | {"§27", "§28"}

    assert sorted(lists().rules - known) == []


def test_every_value_in_days_months_or_hours_is_named() -> None:
    found = lists()
    named = {key for one in found.obligations.values() for key in (*one.values, *one.reminders)}
    named |= {key for one in found.without for key in one.values}
    timed = {key for key, question in library().registry.questions.items() if question.spec.unit in UNITS}

    assert sorted(timed - named) == []
    assert sorted(named - library().registry.questions.keys()) == []


def test_every_kind_that_the_code_starts_stands_in_the_list_and_no_other() -> None:
    """Two places start anew what they found running, by a variable; each kind is started by its name elsewhere."""
    assert sorted(_started() - {"kind", "owed"}) == sorted(lists().obligations)


def test_every_step_of_the_list_is_one_of_its_object() -> None:
    unknown = []
    for one in lists().obligations.values():
        assert one.on in nouns() or one.on in SEATS
        for started in one.starts:
            noun, _dot, step = started.partition(".")
            if step != "create" and step not in steps_of(nouns()[noun]):
                unknown.append(started)

    assert unknown == []


def test_every_obligation_has_an_article_or_a_value_that_has_one() -> None:
    for one in lists().obligations.values():
        assert one.values or one.cite
        if one.cite:
            assert cite(one.cite)


def test_step_that_is_not_in_the_list_starts_nothing() -> None:
    with pytest.raises(Undeclared, match=r"review\.withdraw starts review\.decision"):
        check("review.decision", "review.withdraw")


def test_wrong_list_is_told_with_every_place(tmp_path: Path) -> None:
    path = tmp_path / "obligations.toml"
    wrong = [
        'kind = "Review"',
        'on = "review"',
        "starts = []",
        'by = "lead"',
        'rules = ["X"]',
        'zh = "一"',
        'en = "one"',
    ]
    path.write_text("\n".join(["[[obligation]]", *wrong]))

    with pytest.raises(ListError) as caught:
        read_lists([path])

    places = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert places == ["obligation.0.kind", "obligation.0.starts", "obligation.0.rules.0", "obligation.0.rules"]


def _started() -> set[str]:
    """The first argument of every `act.start(…)` and `clock.start(…)` of ours, as its module reads it."""
    kinds: set[str] = set()
    for label in ("committees", "reviews"):
        root = Path(apps.get_app_config(label).path)
        for path in root.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if ".start(" not in text:
                continue
            module = import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))
            assert inspect.getsourcefile(module) == str(path)
            nodes = list(ast.walk(ast.parse(text)))
            names = vars(module) | _imported_inside(nodes)
            for node in nodes:
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"act.start", "clock.start"}:
                    kinds.add(_value(node.args[0], names))
    return kinds


def _imported_inside(nodes: list[ast.AST]) -> dict[str, object]:
    """The names of kinds that a step imports for itself, because its module may not."""
    found: dict[str, object] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("reviews.", "committees.")):
            found |= {
                one.name: getattr(import_module(node.module), one.name) for one in node.names if one.name.isupper()
            }
    return found


def _value(node: ast.expr, names: dict[str, object]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Attribute):
        return str(getattr(names[ast.unparse(node.value)], node.attr))
    assert isinstance(node, ast.Name)
    return str(names.get(node.id, node.id))
