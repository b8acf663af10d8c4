"""The registry: the keys that packs may answer, their topics, and the words for choices."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from ethicsreview.policy.kinds import UNITS, Question
from ethicsreview.policy.problems import AGREEMENT, SHAPE, UNREADABLE, Lines, Problem, shape_problems
from ethicsreview.policy.schema import KeySpec, Text

KEYS, WORDS = "keys.toml", "words.toml"
COUNTED = {"count", "counts"}
CHOSEN = {"choice", "choices", "routes"}


@dataclass(frozen=True, eq=False)
class Registry:
    questions: dict[str, Question]
    topics: dict[str, Text]

    @property
    def edition(self) -> int:
        return max((question.spec.edition for question in self.questions.values()), default=1)

    def question(self, key: str, documents: Any) -> Question:
        """The question with the rule documents its answers may name."""
        known = self.questions[key]
        return Question(known.spec, known.choices, documents)


def read_registry(folder: Path) -> tuple[Registry, list[Problem]]:
    """As much of it as can be read, and every problem."""
    found: list[Problem] = []
    words = _read(folder / WORDS, found)[0]
    data, lines = _read(folder / KEYS, found)
    topics = _texts(words.get("topics", {}), "topics", found)
    options = {name: _texts(choices, f"options.{name}", found) for name, choices in words.get("options", {}).items()}
    questions: dict[str, Question] = {}
    for index, item in enumerate(data.get("key", [])):
        place, line = f"key[{index + 1}] {item.get('key', '')}", lines.row("key", index)
        wrong = [(field, reason, SHAPE) for field, reason in shape_problems(item, KeySpec)]
        if not wrong:
            spec = KeySpec.model_validate(item)
            wrong = [(field, reason, AGREEMENT) for field, reason in _disagreements(spec, topics, options, questions)]
            questions.setdefault(spec.key, Question(spec, options.get(spec.options, {})))
        found += [Problem(KEYS, line, f"{place}: {field}", reason, kind) for field, reason, kind in wrong]
    return Registry(questions, topics), found


def _disagreements(
    spec: KeySpec, topics: dict[str, Text], options: dict[str, dict[str, Text]], known: dict[str, Question]
) -> list[tuple[str, str]]:
    wrong = []
    if spec.key in known:
        wrong.append(("key", _("此项重复")))
    if spec.topic not in topics:
        wrong.append(("key", _("words.toml 没有主题 %(topic)s") % {"topic": spec.topic}))
    if spec.unit and spec.unit not in UNITS:
        wrong.append(("unit", _("没有单位 %(unit)s") % {"unit": spec.unit}))
    if spec.unit and spec.type not in COUNTED:
        wrong.append(("unit", _("只有数目才有单位")))
    if (spec.type in CHOSEN) != bool(spec.options):
        wrong.append(("options", _("选项类的项应写明选项，其他的不写")))
    elif spec.options and spec.options not in options:
        wrong.append(("options", _("words.toml 没有选项 %(options)s") % {"options": spec.options}))
    return wrong


def _read(path: Path, found: list[Problem]) -> tuple[dict[str, Any], Lines]:
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), Lines(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found.append(Problem(path.name, 0, "", _("读不出来：%(error)s") % {"error": error}, UNREADABLE))
        return {}, Lines("")


def _texts(data: dict[str, Any], table: str, found: list[Problem]) -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for name, item in data.items():
        wrong = list(shape_problems(item, Text))
        found += [Problem(WORDS, 0, f"{table}.{name}: {field}", reason) for field, reason in wrong]
        if not wrong:
            texts[name] = Text.model_validate(item)
    return texts
