"""Keeping a page of a draft as it is typed, when others may be writing too.

A page carries a token of what stood in its own fields when it was drawn. Two people may so write on two pages of one
draft at once; on the same page, whoever saves second is told what differs, and nothing is overwritten unasked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ethicsreview.lifecycle.drafts import Stale
from ethicsreview.trail.digest import digest

# Others saving other pages of the same draft meanwhile: more in a row than this is no accident.
ATTEMPTS = 5
BLANK: tuple[Any, ...] = (None, "", [], ())


@dataclass(frozen=True)
class Difference:
    key: str
    saved: Any
    typed: Any


@dataclass(frozen=True)
class Conflict:
    """What stands saved differs from what this page began from. `token` would accept it, and overwrite."""

    differences: tuple[Difference, ...]
    token: str


def token(values: Mapping[str, Any]) -> str:
    """Of the fields of one page; an empty field and an absent one are the same."""
    return digest({key: value for key, value in values.items() if value not in BLANK})


def keep(
    typed: Mapping[str, Any],
    seen: str,
    *,
    read: Callable[[], Mapping[str, Any]],
    write: Callable[[Mapping[str, Any]], Any],
) -> Conflict | None:
    """Save `typed` unless somebody has changed these fields since `seen`.

    `read` answers what is saved in them now; `write` raises Stale where anything in the draft was saved after that.
    """
    for _attempt in range(ATTEMPTS):
        saved = read()
        differences = tuple(
            Difference(key, saved.get(key), value) for key, value in typed.items() if not _same(saved.get(key), value)
        )
        if not differences:
            return None
        if token(saved) != seen:
            return Conflict(differences, token(saved))
        try:
            write(typed)
        except Stale:
            continue
        return None
    raise Stale("others keep saving this draft")


def _same(one: Any, other: Any) -> bool:
    return one == other or (one in BLANK and other in BLANK)
