"""What changed between two versions, for people to read. Plain functions: no database, no clock.

Text is matched by sentences first, then by characters (Latin: words) inside a sentence that changed. The work
is bounded whatever the input: sentences that occur once on both sides anchor the match, the rest is matched
within a budget, and what lies over it is shown as replaced whole and said to be so (`state`).
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

CAP = 300_000  # characters a side
WORK = 10_000_000  # pairs looked at, a few seconds at most
KEPT = 3  # a sentence of which less than a third stayed reads better as replaced
CONTEXT = 40  # characters of unchanged text kept around a change

SENTENCE = re.compile(r".*?(?:[。！？；!?;]+[”’」』）)\"']*|\.(?=\s)|\n|\Z)", re.DOTALL)
TOKEN = re.compile(r"[A-Za-z]+|\d+|\s+|.", re.DOTALL)

Op = Literal["equal", "insert", "delete"]
# same; compared in full; compared, but parts shown whole; too large to compare
State = Literal["same", "exact", "coarse", "too_large"]
Kind = Literal["added", "removed", "changed"]
Block = tuple[int, int, int, int]  # old from, old to, new from, new to


@dataclass(frozen=True)
class Segment:
    op: Op
    text: str


@dataclass(frozen=True)
class Hunk:
    """One stretch of change with a little of what stands around it."""

    skipped: int  # characters of unchanged text left out before it
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class TextChange:
    state: State
    hunks: tuple[Hunk, ...]
    old_size: int  # characters
    new_size: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class FieldChange:
    key: str
    label: str
    kind: Kind
    old: Any
    new: Any
    text: TextChange | None = None  # where both sides are text

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare_fields(
    old: Mapping[str, Any], new: Mapping[str, Any], labels: Mapping[str, str], cap: int = CAP
) -> list[FieldChange]:
    """Every field that differs, in the order of `labels`, then of the data. Empty counts as absent."""
    keys = dict.fromkeys([*labels, *old, *new])
    changes = []
    for key in keys:
        before, after = old.get(key), new.get(key)
        if before == after or (_is_empty(before) and _is_empty(after)):
            continue
        kind: Kind = "added" if _is_empty(before) else "removed" if _is_empty(after) else "changed"
        text = None
        if kind == "changed" and isinstance(before, str) and isinstance(after, str):
            text = compare_texts(before, after, cap)
        changes.append(FieldChange(key, str(labels.get(key, key)), kind, before, after, text))
    return changes


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def compare_texts(old: str, new: str, cap: int = CAP) -> TextChange:
    """`cap`: characters a side; beyond it the answer is an honest `too_large` without hunks."""
    if old == new:
        return TextChange("same", (), len(old), len(new))
    if max(len(old), len(new)) > cap:
        return TextChange("too_large", (), len(old), len(new))
    matcher = _Matcher(WORK)
    segments = _merge(matcher.segments(old, new))
    return TextChange("coarse" if matcher.gave_up else "exact", tuple(_hunks(segments)), len(old), len(new))


class _Matcher:
    """Matches within a budget of work; `gave_up` once some part was left unmatched for want of it."""

    def __init__(self, work: int) -> None:
        self.work = work
        self.gave_up = False

    def segments(self, old: str, new: str) -> Iterator[Segment]:
        a, b = _pieces(SENTENCE, old), _pieces(SENTENCE, new)
        for old_part, new_part in self._parts(a, b):
            if old_part == new_part:
                yield Segment("equal", old_part)
            else:
                yield from self._within(old_part, new_part)

    def _within(self, old: str, new: str) -> Iterator[Segment]:
        parts = list(self._parts(_pieces(TOKEN, old), _pieces(TOKEN, new)))
        kept = sum(len(old_part) for old_part, new_part in parts if old_part == new_part)
        if kept * KEPT < max(len(old), len(new)):
            parts = [(old, new)]
        for old_part, new_part in parts:
            if old_part == new_part:
                yield Segment("equal", old_part)
                continue
            if old_part:
                yield Segment("delete", old_part)
            if new_part:
                yield Segment("insert", new_part)

    def _parts(self, a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Both sides cut into parts that are equal, or stand in each other's place."""
        i = j = 0
        for start_a, end_a, start_b, end_b in self._equal_blocks(a, b):
            if i < start_a or j < start_b:
                yield "".join(a[i:start_a]), "".join(b[j:start_b])
            yield "".join(a[start_a:end_a]), "".join(b[start_b:end_b])
            i, j = end_a, end_b
        if i < len(a) or j < len(b):
            yield "".join(a[i:]), "".join(b[j:])

    def _equal_blocks(self, a: Sequence[str], b: Sequence[str]) -> Iterator[Block]:
        i = j = 0
        for anchor_a, anchor_b in [*_anchors(a, b), (len(a), len(b))]:
            yield from self._between(a[i:anchor_a], b[j:anchor_b], i, j)
            if anchor_a < len(a):
                yield anchor_a, anchor_a + 1, anchor_b, anchor_b + 1
            i, j = anchor_a + 1, anchor_b + 1

    def _between(self, a: Sequence[str], b: Sequence[str], offset_a: int, offset_b: int) -> Iterator[Block]:
        head = _common(a, b)
        tail = _common(a[head:][::-1], b[head:][::-1])
        if head:
            yield offset_a, offset_a + head, offset_b, offset_b + head
        yield from self._search(a[head : len(a) - tail], b[head : len(b) - tail], offset_a + head, offset_b + head)
        if tail:
            end_a, end_b = offset_a + len(a), offset_b + len(b)
            yield end_a - tail, end_a, end_b - tail, end_b

    def _search(self, a: Sequence[str], b: Sequence[str], offset_a: int, offset_b: int) -> Iterator[Block]:
        if not a or not b:
            return
        counts_a, counts_b = Counter(a), Counter(b)
        # The worst case of SequenceMatcher: it looks at every equal pair again for every match it finds.
        cost = sum(counts_a[piece] * counts_b[piece] for piece in counts_a) * min(len(a), len(b))
        if cost > self.work:
            self.gave_up = True
            return
        self.work -= cost
        for match in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
            if match.size:
                start_a, start_b = offset_a + match.a, offset_b + match.b
                yield start_a, start_a + match.size, start_b, start_b + match.size


def _pieces(pattern: re.Pattern[str], text: str) -> list[str]:
    return [piece for piece in pattern.findall(text) if piece]


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """The length of their common beginning."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Pieces that occur once on each side: their longest run in the same order (patience matching)."""
    once_a, once_b = _once(a), _once(b)
    pairs = [(i, once_b[piece]) for piece, i in once_a.items() if piece in once_b]
    tails: list[int] = []  # new index that ends the best run of each length
    ends: list[int] = []  # and the pair it belongs to
    previous: list[int] = []
    for number, (_i, j) in enumerate(pairs):
        length = bisect_left(tails, j)
        tails[length : length + 1] = [j]
        ends[length : length + 1] = [number]
        previous.append(ends[length - 1] if length else -1)
    run = []
    number = ends[-1] if ends else -1
    while number >= 0:
        run.append(pairs[number])
        number = previous[number]
    return run[::-1]


def _once(pieces: Sequence[str]) -> dict[str, int]:
    counts = Counter(pieces)
    return {piece: index for index, piece in enumerate(pieces) if counts[piece] == 1}


def _merge(segments: Iterator[Segment]) -> list[Segment]:
    """Neighbours of one kind become one, and between two equal stretches deletions come before insertions."""
    merged: list[Segment] = []
    gone, come = "", ""

    def flush() -> None:
        nonlocal gone, come
        merged.extend(part for part in (Segment("delete", gone), Segment("insert", come)) if part.text)
        gone = come = ""

    for segment in segments:
        if segment.op == "delete":
            gone += segment.text
        elif segment.op == "insert":
            come += segment.text
        else:
            flush()
            if merged and merged[-1].op == "equal":
                segment = Segment("equal", merged.pop().text + segment.text)
            merged.append(segment)
    flush()
    return merged


def _hunks(segments: list[Segment]) -> Iterator[Hunk]:
    current: list[Segment] = []
    skipped = 0
    for number, segment in enumerate(segments):
        first, last = number == 0, number == len(segments) - 1
        kept = CONTEXT * (2 - first - last)
        if segment.op != "equal" or len(segment.text) <= kept:
            current.append(segment)
            continue
        if not first:
            current.append(Segment("equal", segment.text[:CONTEXT]))
            yield Hunk(skipped, tuple(current))
        skipped = len(segment.text) - kept
        current = [] if last else [Segment("equal", segment.text[-CONTEXT:])]
    if current:
        yield Hunk(skipped, tuple(current))
