import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ethicsreview.trail.models import Chain
from ethicsreview.trail.signing import published
from ethicsreview.trail.verification import export, seal, verify, verify_seal


class Command(BaseCommand):
    help = "核验、封存、导出留痕 / verify, seal and export the trail"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name in ("verify", "export"):
            action = actions.add_parser(name)
            action.add_argument("subjects", nargs="*", help="project:P2026-000001 …; 不填为全部")
            if name == "verify":
                action.add_argument("--seal", type=Path, action="append", default=[], help="日封文件")
        actions.add_parser("key", help="签名公钥的指纹 / fingerprint of the key that signs")
        sealing = actions.add_parser("seal")
        sealing.add_argument("--day", type=date.fromisoformat, help="YYYY-MM-DD, 默认今日")
        sealing.add_argument("--folder", type=Path, default=settings.SEALS_DIR)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        getattr(self, action)(**options)

    def verify(self, *, subjects: list[str], seal: list[Path], **options: Any) -> None:
        problems = list(verify(self.chains(subjects) if subjects else None))
        problems += [problem for path in seal for problem in verify_seal(path)]
        for problem in problems:
            self.stdout.write(str(problem))
        if problems:
            raise CommandError(f"发现 {len(problems)} 处不符 / {len(problems)} problem(s)")
        self.stdout.write(f"{len(subjects) or Chain.objects.count()} 条链相符 / chain(s) verified")

    def export(self, *, subjects: list[str], **options: Any) -> None:
        chains = self.chains(subjects) if subjects else Chain.objects.order_by("pk").iterator(chunk_size=2000)
        for line in export(chains):
            # Bytes as they are digested; the command's own stream would encode them again.
            sys.stdout.buffer.write(line)

    def seal(self, *, day: date | None, folder: Path, **options: Any) -> None:
        now = timezone.now()
        made, path = seal(day or timezone.localdate(now), now, folder)
        self.stdout.write(f"{made.day} {made.digest} {made.chains} 条链 {path}")

    def key(self, **options: Any) -> None:
        own = published(timezone.now())
        self.stdout.write(f"{own.fingerprint}\n{own.pem}")

    def chains(self, subjects: list[str]) -> list[Chain]:
        found = []
        for subject in subjects:
            kind, _colon, ref = subject.partition(":")
            chain = Chain.objects.filter(subject_kind=kind, subject_ref=ref).first()
            if chain is None:
                raise CommandError(f"没有 {subject} / no such subject")
            found.append(chain)
        return found
