"""manage.py policy check | show | diff: the rules from the command line."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from ethicsreview.policy import catalogues
from ethicsreview.policy.catalogue_files import CatalogueError
from ethicsreview.policy.citations import cite
from ethicsreview.policy.days import law_day
from ethicsreview.policy.engine import Policy, policy_for
from ethicsreview.policy.library import Entry
from ethicsreview.policy.loading import FOLDER, load
from ethicsreview.policy.problems import PackError
from ethicsreview.policy.schema import REGIMES


class Command(BaseCommand):
    help = "检查、查看、比较规则 · Check the policy packs, show the rules in force, compare two days or two regions"
    # The packs may be the very thing that is wrong.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)

        check = actions.add_parser(
            "check", help="检查全部规则包，一次列出所有错误 · every error at once; exit status 1 if any"
        )
        check.add_argument("--folder", type=Path, default=FOLDER, help="规则包所在目录 · where the packs are")

        show = actions.add_parser("show", help="某地某日的规则 · the rules in force")
        show.add_argument("--region", default="", metavar="370100")
        show.add_argument("--at", type=_day, metavar="2026-06-01")

        diff = actions.add_parser("diff", help="两日或两地规则的差别 · what differs between two days or two regions")
        diff.add_argument("--region", default="", metavar="370100")
        diff.add_argument("--to-region", metavar="510100")
        diff.add_argument("--from", dest="since", type=_day, metavar="2023-06-01")
        diff.add_argument("--to", dest="until", type=_day, metavar="2026-06-01")

        for action in (show, diff):
            action.add_argument("--regime", action="append", default=[], choices=REGIMES)
            action.add_argument("--key", default="", metavar="meeting.", help="规则项的开头 · how the key begins")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        match action:
            case "check":
                self.check_packs(**options)
            case "show":
                self.show(**options)
            case "diff":
                self.diff(**options)

    def check_packs(self, *, folder: Path, **_options: Any) -> None:
        found: list[str] = []
        try:
            books = load(folder)
        except PackError as error:
            found += [str(problem) for problem in error.problems]
        try:
            catalogues.load(folder / "catalogues")
        except CatalogueError as error:
            found += [f"catalogues/{problem}" for problem in error.problems]
        if found:
            raise CommandError("\n".join([*found, _("%(count)s 处错误") % {"count": len(found)}]))
        answers = sum(len(pack.entries) for pack in books.packs)
        self.stdout.write(
            _("%(packs)s 个规则包、%(answers)s 项规定，没有错误") % {"packs": len(books.packs), "answers": answers}
        )

    def show(self, *, region: str, regime: list[str], at: date | None, key: str, **_options: Any) -> None:
        for entry in _policy(region, regime, at or _today()).all():
            if entry.key.startswith(key):
                self.stdout.write(_row(entry))

    def diff(
        self,
        *,
        region: str,
        to_region: str | None,
        regime: list[str],
        since: date | None,
        until: date | None,
        key: str,
        **_options: Any,
    ) -> None:
        if since is None and to_region is None:
            raise CommandError(_("请给出 --from 和 --to，或 --to-region"))
        today = _today()
        before = _policy(region, regime, since or until or today)
        after = _policy(region if to_region is None else to_region, regime, until or today)
        for name in before.library.registry.questions:
            old, new = (_answers(policy, name) for policy in (before, after))
            if name.startswith(key) and _said(old) != _said(new):
                for sign, entries in (("-", old), ("+", new)):
                    for entry in entries:
                        self.stdout.write(f"{sign} {_row(entry)}")


def _policy(region: str, regimes: list[str], day: date) -> Policy:
    try:
        return policy_for(region=region, regimes=regimes, at=day)
    except (ValueError, PackError) as error:
        raise CommandError(str(error)) from error


def _answers(policy: Policy, key: str) -> list[Entry]:
    return [entry for entry in policy.all() if entry.key == key]


def _said(entries: list[Entry]) -> list[tuple[Any, str]]:
    return [(entry.value, entry.cite) for entry in entries]


def _row(entry: Entry) -> str:
    return f"{entry.key} = {entry.words}  [{cite(entry.cite)}; {entry.sure}; {entry.since.isoformat()}]  {entry.label}"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _today() -> date:
    return law_day(timezone.now())
