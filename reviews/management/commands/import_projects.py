from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.regions import is_region
from ethicsreview.accounts.standing import SYSTEM
from reviews.importing.institutions import Institutions
from reviews.importing.layouts import LAYOUTS
from reviews.importing.problems import UnknownLayout
from reviews.importing.projects import Import, Summary

SOME_REFUSED = 2


class Command(BaseCommand):
    help = (
        "从试验登记或立项名单导入科技活动草稿，重复导入不改动任何内容 / "
        "draft projects from a register or a list of grants. "
        "退出码 / exit code: 0 全部导入 / all taken; 1 文件不能读 / unreadable; 2 有拒收的行 / rows refused"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", required=True, choices=sorted(LAYOUTS))
        parser.add_argument("--institution-map", type=Path, help="CSV: spelling,unit[,province,city]")
        parser.add_argument("--region", default="", help="未写明地区的单位按此地区 / GB/T 2260 of units that name none")
        parser.add_argument("--by", metavar="USERNAME", help="以谁的名义，默认为系统 / in whose name")

    def handle(
        self,
        *args: Any,
        file: Path,
        format: str,  # noqa: A002 - the option's own name
        institution_map: Path | None,
        region: str,
        by: str | None,
        **options: Any,
    ) -> None:
        if region and not is_region(region):
            raise CommandError(f"--region {region}: 不是 GB/T 2260 代码 / no such division")
        institutions = Institutions(region=region)
        try:
            if institution_map:
                institutions.read_map(institution_map)
            run = Import(
                file,
                format,
                institutions,
                by=self._person(by) if by else SYSTEM,
                tell=lambda problem: self.stdout.write(str(problem)),
                progress=self._progress,
            )
            summary = run.run()
        except (UnknownLayout, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self._line(summary))
        if summary.refused:
            raise CommandError(f"{summary.refused} 行拒收 / row(s) refused", returncode=SOME_REFUSED)

    def _person(self, username: str) -> Person:
        person = Person.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError(f"--by {username}: 没有这个在用账号 / no such active account")
        return person

    def _progress(self, summary: Summary) -> None:
        # To the other stream, so that the report can be kept in a file by itself.
        self.stderr.write(f"… {summary.rows}", style_func=lambda text: text)

    def _line(self, summary: Summary) -> str:
        return (
            f"{summary.rows} 行：新增 {summary.new}，未变 {summary.unchanged}，与此前不同 {summary.changed}，"
            f"拒收 {summary.refused}；存疑 {summary.doubtful}；新单位 {summary.institutions} / {summary.rows} rows: "
            f"{summary.new} new, {summary.unchanged} unchanged, {summary.changed} changed, {summary.refused} refused; "
            f"{summary.doubtful} doubtful; {summary.institutions} new institutions"
        )
