"""Reading the packs and checking them together: every problem at once, with its place."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel

from ethicsreview.policy import kinds
from ethicsreview.policy.library import Entry, Library, Pack
from ethicsreview.policy.problems import AGREEMENT, SHAPE, UNREADABLE, Lines, PackError, Problem, shape_problems
from ethicsreview.policy.registry import Registry, read_registry
from ethicsreview.policy.schema import Document, Head, Row

# A flag by which something is watched or not: whoever switches it off says why.
SWITCH = "_on"
FOLDER = Path(__file__).parent / "packs"
TABLES: dict[str, type[BaseModel]] = {"document": Document, "value": Row}


@cache
def library() -> Library:
    """The packs of this service. Raises PackError with every problem."""
    return load(FOLDER)


def load(folder: Path) -> Library:
    """Read `folder/*.toml` and `folder/registry/`. Raises PackError with every problem in any file."""
    registry, found = read_registry(folder / "registry")
    drafts = [_Draft(path) for path in sorted(folder.glob("*.toml"))]
    documents = {
        item["name"]: item for draft in drafts for item in draft.tables["document"] if isinstance(item.get("name"), str)
    }
    for draft in drafts:
        found += draft.problems
        found += draft.check(registry, documents)
    found += _names_used_twice(drafts)
    if found:
        raise PackError(found)
    books = {name: Document.model_validate(item) for name, item in documents.items()}
    packs = tuple(sorted((draft.pack(registry, books) for draft in drafts), key=lambda pack: pack.rank))
    if found := list(_lists_that_do_not_nest(packs)):
        raise PackError(found)
    return Library(registry, packs)


class _Draft:
    """A file as it was read: each item is checked for itself, so that one mistake hides no other."""

    def __init__(self, path: Path) -> None:
        self.file, self.problems, self.data = path.name, list[Problem](), dict[str, Any]()
        try:
            text = path.read_text(encoding="utf-8")
            self.data = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            text = ""
            self.problems.append(Problem(self.file, 0, "", _("读不出来：%(error)s") % {"error": error}, UNREADABLE))
        self.lines = Lines(text)
        self.tables = {table: self._items(table) for table in TABLES}

    def _items(self, table: str) -> list[dict[str, Any]]:
        given = self.data.get(table, [])
        if isinstance(given, list) and all(isinstance(item, dict) for item in given):
            return given
        self.problems.append(Problem(self.file, self.lines.table(table), table, _("应为一组项目的清单")))
        return []

    def check(self, registry: Registry, documents: dict[str, Any]) -> list[Problem]:
        if not self.data:
            return []
        return [
            *self._names(),
            *self._head(),
            *(problem for table in TABLES for problem in self._shapes(table)),
            *(problem for i in range(len(self.tables["document"])) for problem in self._document(i)),
            *(problem for i in range(len(self.tables["value"])) for problem in self._value(i, registry, documents)),
            *self._answers_twice(documents),
        ]

    def pack(self, registry: Registry, documents: dict[str, Document]) -> Pack:
        head = Head.model_validate(self.data["pack"])
        own = tuple(documents[item["name"]] for item in self.tables["document"])
        rows = (Row.model_validate(item) for item in self.tables["value"])
        return Pack(head, own, tuple(_entry(row, head.name, registry, documents) for row in rows))

    def _names(self) -> Iterator[Problem]:
        for name in self.data.keys() - {"pack", *TABLES}:
            yield Problem(self.file, self.lines.table(name), name, _("没有这一项"))

    def _head(self) -> Iterator[Problem]:
        line, head = self.lines.table("pack"), self.data.get("pack", {})
        for field, reason in shape_problems(head, Head):
            yield Problem(self.file, line, f"pack: {field}" if field else "pack", reason)
        if not isinstance(head, dict):
            return
        if head.get("name") not in (None, self.file.removesuffix(".toml")):
            yield Problem(self.file, line, "pack: name", _("应与文件名相同"), AGREEMENT)
        if head.get("layer") == "sector" and not head.get("regimes"):
            yield Problem(self.file, line, "pack: regimes", _("领域规则应写明适用的制度"), AGREEMENT)
        if head.get("layer") == "province":
            for field in ("region", "place"):
                if field not in head:
                    yield Problem(self.file, line, f"pack: {field}", _("地方规则应写明适用的地区"), AGREEMENT)
        elif "region" in head:
            yield Problem(self.file, line, "pack: region", _("只有地方规则才限定地区"), AGREEMENT)

    def _shapes(self, table: str) -> Iterator[Problem]:
        for index, item in enumerate(self.tables[table]):
            for field, reason in shape_problems(item, TABLES[table]):
                yield self.wrong(table, index, field, reason, SHAPE)

    def _document(self, index: int) -> Iterator[Problem]:
        item = self.tables["document"][index]
        if _before(item.get("until"), item.get("in_force")):
            yield self.wrong("document", index, "until", _("失效日应在施行日之后"))

    def _value(self, index: int, registry: Registry, documents: dict[str, Any]) -> Iterator[Problem]:
        item = self.tables["value"][index]
        document = documents.get(str(item.get("cite", "")).partition(":")[0])
        if isinstance(item.get("cite"), str) and document is None:
            yield self.wrong("value", index, "cite", _("没有规则包写有这一规则文件"))
        key = item.get("key")
        if isinstance(key, str) and key not in registry.questions:
            yield self.wrong("value", index, "key", _("规则项目录（registry/keys.toml）没有这一项"))
        elif isinstance(key, str) and "value" in item:
            question = registry.question(key, documents)
            if key.endswith(SWITCH) and item["value"] is False and not item.get("note"):
                yield self.wrong("value", index, "note", _("停用的应当写明理由"), AGREEMENT)
            for reason in kinds.problems(item["value"], question):
                yield self.wrong("value", index, "value", reason)
        since, _until = _span(item, document)
        if since and _before(item.get("until"), since):
            yield self.wrong("value", index, "until", _("失效日应在施行日之后"))
        if document and _before(item.get("since"), document.get("in_force"), or_same=False):
            yield self.wrong("value", index, "since", _("早于规则文件的施行日"))

    def _answers_twice(self, documents: dict[str, Any]) -> Iterator[Problem]:
        spans: dict[str, list[tuple[date, date, int]]] = defaultdict(list)
        for index, item in enumerate(self.tables["value"]):
            since, until = _span(item, documents.get(str(item.get("cite", "")).partition(":")[0]))
            if isinstance(item.get("key"), str) and since:
                spans[item["key"]].append((since, until or date.max, index))
        for rows in spans.values():
            for (since, until, first), (other_since, other_until, second) in combinations(rows, 2):
                if since < other_until and other_since < until:
                    reason = _("与 value[%(other)s] 的有效期重叠") % {"other": first + 1}
                    yield self.wrong("value", second, "key", reason)

    def wrong(self, table: str, index: int, field: str, reason: str, kind: str = AGREEMENT) -> Problem:
        item = self.tables[table][index]
        name = item.get("key") or item.get("name") or ""
        place = f"{table}[{index + 1}]" + (f" {name}" if name else "") + (f": {field}" if field else "")
        return Problem(self.file, self.lines.row(table, index), place, reason, kind)


def _entry(row: Row, pack: str, registry: Registry, documents: dict[str, Document]) -> Entry:
    document = documents[row.cite.partition(":")[0]]
    return Entry(
        key=row.key,
        value=kinds.frozen(row.value),
        cite=row.cite,
        rule=row.rule,
        since=row.since or document.in_force,
        until=row.until or document.until,
        sure=row.sure,
        pack=pack,
        question=registry.question(row.key, documents),
        remark=row.note,
    )


def _span(item: dict[str, Any], document: dict[str, Any] | None) -> tuple[date | None, date | None]:
    """From and until when a row holds, as far as it can be read; else what its document says."""
    outer = document or {}
    since, until = (item.get("since") or outer.get("in_force"), item.get("until") or outer.get("until"))
    return since if type(since) is date else None, until if type(until) is date else None


def _before(day: Any, other: Any, *, or_same: bool = True) -> bool:
    if type(day) is not date or type(other) is not date:
        return False
    return day <= other if or_same else day < other


def _names_used_twice(drafts: list[_Draft]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for draft in drafts:
        for index, item in enumerate(draft.tables["document"]):
            name = item.get("name")
            if not isinstance(name, str):
                continue
            if name in seen:
                yield draft.wrong("document", index, "name", _("%(file)s 已用此名") % {"file": seen[name]})
            seen.setdefault(name, draft.file)


def _lists_that_do_not_nest(packs: tuple[Pack, ...]) -> Iterator[Problem]:
    """The strictest of two lists is the one that asks for more; that needs one to hold the other."""
    spoken: dict[str, list[Entry]] = defaultdict(list)
    for pack in packs:
        for entry in pack.entries:
            if entry.question.spec.combine.startswith("strictest") and isinstance(entry.value, tuple):
                spoken[entry.key].append(entry)
    for key, entries in spoken.items():
        for one, other in combinations(entries, 2):
            shorter, longer = sorted((set(one.value), set(other.value)), key=len)
            if one.overlaps(other) and not shorter <= longer:
                reason = _("与 %(pack)s 的清单互不包含，分不出宽严") % {"pack": one.pack}
                yield Problem(f"{other.pack}.toml", 0, key, reason, AGREEMENT)
