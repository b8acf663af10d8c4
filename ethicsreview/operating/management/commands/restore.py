from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from ethicsreview.operating.backups import CannotRestore, differences, restore
from ethicsreview.operating.databases import ToolFailed
from ethicsreview.operating.progress import Progress


class Command(BaseCommand):
    help = "由备份恢复，并核对行数、留痕和文件 / restore a backup, and check rows, trail and files"
    # The database may be empty, or of an older day.
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="覆盖已有数据 / replace what is there")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        progress = Progress()
        try:
            manifest = restore(file, progress, replace=replace)
            rows = list(differences(file, manifest, progress))
        except (CannotRestore, ToolFailed, OSError) as error:
            raise CommandError(str(error)) from error
        # A backup of an older day; also puts the triggers back where it brought none.
        call_command("migrate", interactive=False, verbosity=0)
        if rows:
            lines = "\n".join(rows)
            raise CommandError(f"已恢复，但有 {len(rows)} 处不符 / restored, with {len(rows)} problem(s):\n{lines}")
        for problem in manifest.problems:
            self.stderr.write(f"备份时已如此 / so already when it was backed up: {problem}")
        self.stdout.write(
            f"已恢复 / restored {manifest.made_at:%Y-%m-%d %H:%M:%S}Z: {sum(manifest.rows.values())} 行 / rows, "
            f"{manifest.files} 个文件 / files, {manifest.chains} 条链相符 / chains verified"
        )
