from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reviews.samples import demo
from reviews.samples.safety import objection, password_line


class Command(BaseCommand):
    help = "演示数据：只在首次添加，并列出演示人员 / demo data where there is none yet, and who is who"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="即使库中已有他人或对外服务，也添加 / make them anyway")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        if not demo.is_made():
            if (reason := objection()) and not yes:
                self.stdout.write(reason)
                return
            demo.make()
        for line in demo.people_table():
            self.stdout.write(line)
        self.stdout.write(password_line())
