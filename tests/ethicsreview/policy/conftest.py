import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ethicsreview.policy.library import Library
from ethicsreview.policy.loading import FOLDER, load

Write = Callable[[str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the packs, to be changed."""
    return Path(shutil.copytree(FOLDER, tmp_path / "packs"))


@pytest.fixture
def changed(folder: Path) -> Callable[[str, str, str], Library]:
    """The library after a text in one file was replaced by another."""

    def change(file: str, old: str, new: str) -> Library:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        return load(folder)

    return change
