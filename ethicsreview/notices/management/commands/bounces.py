import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ethicsreview.notices import bounces


class Command(BaseCommand):
    help = "Take in letters that came back (RFC 3464): a message, an mbox file, or - for one message on standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", help="message or mbox file; - for standard input")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        unread = [name for name in files if name != "-" and not Path(name).is_file()]
        if unread:
            raise CommandError(f"no such file: {', '.join(unread)}")
        reports = marked = 0
        for name in files:
            for report in self._messages(name):
                reports += 1
                marked += sum(bounces.take(bounce, timezone.now()) for bounce in bounces.bounces_of(report))
        self.stdout.write(f"{reports} messages read, {marked} mailboxes marked")

    def _messages(self, name: str) -> Any:
        if name == "-":
            return [message_from_bytes(sys.stdin.buffer.read(), policy=policy.default)]
        return bounces.read_file(Path(name))
