"""The few files of the front-end packages that pages use, served under names of our own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core import checks
from django.core.files.storage import FileSystemStorage, Storage

PACKAGED = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
}


class PackagedStorage(FileSystemStorage):
    """node_modules, read by the names above."""

    prefix = ""

    def path(self, name: str) -> str:
        return super().path(PACKAGED[name])


class PackageFinder(BaseFinder):
    """A directory of STATICFILES_DIRS would bring each package's hundred other files along."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        self.storage = PackagedStorage(location=settings.NODE_MODULES)

    def check(self, **_kwargs: Any) -> list[checks.CheckMessage]:
        missing = [source for name, source in PACKAGED.items() if not Path(self.storage.path(name)).is_file()]
        if not missing:
            return []
        hint = "npm ci  (make run 会自动安装)"
        return [checks.Error(f"front-end packages are missing: {', '.join(missing)}", hint=hint, id="ui.E001")]

    def find(self, path: str, find_all: bool = False, **_kwargs: Any) -> Any:
        if path not in PACKAGED:
            return []
        return [self.storage.path(path)] if find_all else self.storage.path(path)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for name in PACKAGED:
            yield name, self.storage
