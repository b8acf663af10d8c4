"""A local rule in force beside the packs of the service, as an operator would add one."""

from dataclasses import replace
from typing import Any

import pytest

from ethicsreview.policy import engine
from ethicsreview.policy.library import Library, Pack
from ethicsreview.policy.loading import library
from ethicsreview.policy.schema import Text


def local_rule(
    monkeypatch: pytest.MonkeyPatch, key: str, *, value: Any, region: str = "370100", note: str = ""
) -> None:
    """The key's answer in this place alone, from now on. What was pinned before keeps its own."""
    books = library()
    base = books.pack("shandong")
    remark = Text(zh=note, en=note) if note else None
    entry = replace(books.history(key)[-1], value=value, pack="local", remark=remark)
    head = base.head.model_copy(update={"name": "local", "region": region})
    changed = Library(books.registry, (*books.packs, Pack(head, (), (entry,))))
    monkeypatch.setattr(engine, "own_library", lambda: changed)
