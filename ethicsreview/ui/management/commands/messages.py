from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ethicsreview.ui import translations


class Command(BaseCommand):
    help = "Messages in Chinese and English: extract them from the code, compile them, check that none is missing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["extract", "compile", "check"])

    def handle(self, *_args: Any, action: str, **_options: Any) -> None:
        root = Path(settings.BASE_DIR)
        po = root / "locale" / "en" / "LC_MESSAGES" / "django.po"
        if action == "extract":
            self.stdout.write(f"{translations.update(root, po)} messages in {po.relative_to(root)}")
        elif action == "compile":
            translations.compile_catalogue(po)
        elif problems := translations.check(root, po):
            self.stderr.write("\n".join(map(str, problems)))
            raise CommandError(f"{len(problems)} messages are not in order. First: manage.py messages extract")
