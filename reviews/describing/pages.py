"""The pages by file name. Another page here is another line below."""

from collections.abc import Callable, Iterator
from pathlib import Path

from reviews.describing import lifecycles, obligations, permissions

NOTE = "<!-- 由 make docs 生成，请勿手工修改 · written by `make docs`, not by hand -->"
PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "lifecycles.md": lifecycles.page,
    "obligations.md": obligations.page,
    "steps.md": permissions.page,
}


def write(folder: Path) -> list[Path]:
    """Write what has changed; returns the files written."""
    stale = out_of_date(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(text_of(path.name), encoding="utf-8")
    return stale


def out_of_date(folder: Path) -> list[Path]:
    """The pages in the folder that are absent or differ from what the code says. Other files are not ours."""
    paths = [folder / name for name in PAGES]
    return [path for path in paths if not path.exists() or path.read_text(encoding="utf-8") != text_of(path.name)]


def text_of(name: str) -> str:
    return "\n".join([NOTE, "", *PAGES[name]()]) + "\n"
