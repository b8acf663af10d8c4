from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reviews.models import Change
from reviews.oversight.overview.counting import check, count_pending

HOURS = 24.0 * 3600  # seconds


class Command(BaseCommand):
    help = "总览的计数：与各行核对、补计、重计 / the overview's counters: hold them against the rows"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what",
            choices=["check", "count", "recount"],
            help="check: 只核对 / every difference; count: 补计变动 / take in what changed; recount: 重计 / put right",
        )

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        at = timezone.now()
        if what == "count":
            self.stdout.write(f"计入 {count_pending(at, seconds=HOURS)} 项变动 / changes taken in")
            return
        found = 0
        for difference in check(at, mend=what == "recount"):
            found += 1
            self.stdout.write(str(difference))
        waiting = Change.objects.count()
        summary = f"{found} 处不符，{waiting} 项变动待计入 / differences, changes waiting"
        if found and what == "check":
            raise CommandError(f"{summary}; manage.py overview recount")
        self.stdout.write(f"{summary}{'，已改正 / put right' if found else ''}")
