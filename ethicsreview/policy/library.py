"""Packs and their answers, as the engine and the pages read them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from ethicsreview.policy import kinds
from ethicsreview.policy.registry import Registry
from ethicsreview.policy.schema import LAYERS, Document, Head, Text
from ethicsreview.policy.words import said


@dataclass(frozen=True, eq=False)
class Entry:
    """One answer of one pack. `value`: lists come as tuples; a formula is a dict, not to be changed."""

    key: str
    value: Any
    cite: str
    rule: str
    since: date
    until: date | None
    sure: str
    pack: str
    question: kinds.Question
    remark: Text | None = None

    @property
    def unit(self) -> str:
        return self.question.spec.unit

    @property
    def label(self) -> str:
        return said(self.question.spec)

    @property
    def note(self) -> str:
        return said(self.remark) if self.remark else ""

    @property
    def words(self) -> str:
        """The value as people read it, with its unit."""
        return kinds.words(self.value, self.question)

    def in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, other: "Entry") -> bool:
        return (self.until is None or other.since < self.until) and (other.until is None or self.since < other.until)


@dataclass(frozen=True, eq=False)
class Pack:
    head: Head
    documents: tuple[Document, ...]
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        return self.head.name

    @property
    def rank(self) -> tuple[int, int, str]:
        """Of two packs the higher prevails: by layer, then the smaller territory; the name only for a fixed order."""
        return LAYERS.index(self.head.layer), len(self.head.region or ""), self.head.name

    def applies(self, region: str, regimes: frozenset[str]) -> bool:
        if self.head.regimes and not regimes.intersection(self.head.regimes):
            return False
        return region.startswith(self.head.region or "")


@dataclass(frozen=True, eq=False)
class Library:
    """Packs from the one that yields to the one that prevails."""

    registry: Registry
    packs: tuple[Pack, ...]

    @property
    def documents(self) -> dict[str, Document]:
        return {document.name: document for pack in self.packs for document in pack.documents}

    def pack(self, name: str) -> Pack:
        return next(pack for pack in self.packs if pack.name == name)

    def history(self, key: str) -> list[Entry]:
        """Every answer to the key in any pack, by the day it began to hold."""
        spoken = [entry for pack in self.packs for entry in pack.entries if entry.key == key]
        return sorted(spoken, key=lambda entry: entry.since)
