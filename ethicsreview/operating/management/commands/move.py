from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ethicsreview.operating import moving
from ethicsreview.operating.installation import as_default
from ethicsreview.operating.moving import CannotMove
from ethicsreview.operating.progress import Progress


class Command(BaseCommand):
    help = "把本安装迁移到 PostgreSQL，源数据不变 / move this installation to PostgreSQL; the source stays as it is"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, metavar="postgres://…", help="空的数据库 / an empty database")
        words = "新安装存放文件的目录，不填则不动 / where the new installation keeps its files"
        parser.add_argument("--media", type=Path, default=Path(settings.MEDIA_ROOT), help=words)

    def handle(self, *args: Any, to: str, media: Path, **options: Any) -> None:
        progress = Progress()
        try:
            moving.connect(to)
            copied = moving.move(progress)
            if media != Path(settings.MEDIA_ROOT):
                moving.copy_files(media, progress)
        except (CannotMove, OSError) as error:
            raise CommandError(str(error)) from error
        with as_default(moving.TARGET):
            problems = list(moving.problems_of_the_default(media, progress))
        if problems:
            lines = "\n".join(problems)
            raise CommandError(
                f"已迁移，但有 {len(problems)} 处不符 / moved, with {len(problems)} problem(s):\n{lines}"
            )
        self.stdout.write(
            f"已迁移 / moved: {sum(copied.values())} 行 / rows, {sum(map(bool, copied.values()))} 张表 / tables；"
            "留痕和文件相符。请把 DATABASE_URL 设为新地址再启动 / trail and files verified. "
            "Set DATABASE_URL to the new address and start."
        )
