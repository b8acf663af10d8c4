"""manage.py docs: the pages that are written from the code."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from reviews.describing.pages import out_of_date, write


class Command(BaseCommand):
    help = "写出 docs/generated 下由代码生成的文档 / write the pages of docs/generated from what the code declares"
    # They would read the messages before these are compiled.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is out of date")
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "docs" / "generated")

    def handle(self, *args: Any, check: bool, folder: Path, **options: Any) -> None:
        compile_messages()
        if not check:
            for path in write(folder):
                self.stdout.write(str(path))
        elif stale := out_of_date(folder):
            names = ", ".join(path.name for path in stale)
            raise CommandError(f"文档与代码不符，请运行 make docs / out of date, run make docs: {names}")


def compile_messages() -> None:
    """The pages are in both languages, and the compiled catalogue is not in the repository."""
    for catalogue in settings.BASE_DIR.glob("locale/*/LC_MESSAGES/*.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            call_command("messages", "compile")
