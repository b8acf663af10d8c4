import os
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.samples.safety import objection, password_line
from reviews.samples.seeding import seed
from reviews.samples.stages import Stage

EVERY = 2.0  # seconds between two lines of progress


class Command(BaseCommand):
    help = "大量虚构的审查，用于试用和测量 / many invented reviews, for trying out and for measuring"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stage", required=True, choices=[stage.value for stage in Stage])
        parser.add_argument("--size", required=True, type=positive)
        parser.add_argument(
            "--processes", type=positive, default=os.cpu_count() or 1, help="仅 PostgreSQL / PostgreSQL"
        )
        parser.add_argument("--yes", action="store_true", help="即使库中已有他人或对外服务，也添加 / make them anyway")

    def handle(self, *args: Any, stage: str, size: int, processes: int, yes: bool, **options: Any) -> None:
        if (reason := objection()) and not yes:
            raise CommandError(reason)
        self.started = self.told = time.monotonic()
        self.done, self.size = 0, size
        seed(stage, size, progress=self._progress, processes=processes)
        seconds = time.monotonic() - self.started
        self.stdout.write(f"{size} {stage}，{seconds:.0f} s。{password_line()}")

    def _progress(self, added: int) -> None:
        self.done += added
        now = time.monotonic()
        if now - self.told >= EVERY:
            self.told = now
            self.stdout.write(f"… {self.done} / {self.size}（{now - self.started:.0f} s）")
            self.stdout.flush()


def positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text}: 应为正整数 / must be a positive number")
    return int(text)
