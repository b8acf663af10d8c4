from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ethicsreview.operating.backups import back_up
from ethicsreview.operating.databases import ToolFailed
from ethicsreview.operating.progress import Progress


class Command(BaseCommand):
    help = "备份数据库、文件和日封，服务可照常运行 / back up database, files and seals, while the service works"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            path, manifest = back_up(folder, timezone.now(), Progress())
        except (ToolFailed, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(manifest.rows.values())
        self.stdout.write(
            f"{path}: {rows} 行 / rows, {manifest.files} 个文件 / files, {manifest.chains} 条链 / chains, "
            f"{manifest.entries} 条留痕 / entries"
        )
        if manifest.problems:
            lines = "\n".join(manifest.problems)
            raise CommandError(f"备份已完成，但有文件不对 / the backup is made, but files are wrong:\n{lines}")
