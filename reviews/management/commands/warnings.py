from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reviews.models.warnings.kinds import Indicator
from reviews.oversight.warnings.evaluating import Done, evaluate, places


class Command(BaseCommand):
    help = "监测预警：评估各项指标 / warnings: evaluate the indicators"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["evaluate"], help="evaluate: 今日尚未评估的 / whatever is due today")
        parser.add_argument("--indicator", choices=Indicator.values, help="只评估这一项 / this one alone")
        parser.add_argument("--again", action="store_true", help="今日已评估的也再评估 / also what was done today")

    def handle(self, *args: Any, indicator: str | None, again: bool, **options: Any) -> None:
        at, total = timezone.now(), Done()
        for place in places():
            for one in [Indicator(indicator)] if indicator else Indicator:
                done = evaluate(one, place, at, again=again)
                total += done
                if done.over or done.changed:
                    self.stdout.write(f"{place} {one.value}: {_words(done)}")
        self.stdout.write(_words(total))


def _words(done: Done) -> str:
    counted = f"{done.over} 项达到阈值，新增 {done.raised} 件，更新 {done.changed} 件"
    return f"{counted} / over a threshold, raised, changed"
