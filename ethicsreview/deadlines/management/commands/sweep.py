from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from ethicsreview.deadlines import sweep
from ethicsreview.deadlines.calendar import LAW_ZONE, end_of_day


class Command(BaseCommand):
    help = "Remind, note breaches and escalate, as of now or of another moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at",
            metavar="ISO",
            type=moment,
            help="2026-04-02T08:00, in Asia/Shanghai unless it has a zone; a date means 24:00 of that day",
        )
        parser.add_argument("--dry-run", action="store_true", help="print what would happen, and change nothing")

    def handle(self, *args: Any, at: datetime | None, dry_run: bool, **options: Any) -> None:
        at = at or timezone.now()
        swept = sweep.sweep(at, dry_run=dry_run, tell=lambda visit: self.stdout.write(line(visit)))
        summary = (
            f"{swept.visited} due by {at.astimezone(LAW_ZONE):%Y-%m-%d %H:%M}: {swept.reminded} reminded, "
            f"{swept.breached} breached, {swept.escalated} escalated, {swept.lapsed} over, {swept.skipped} skipped"
        )
        self.stdout.write(f"{summary} (dry run: nothing changed)" if dry_run else summary)


def moment(text: str) -> datetime:
    try:
        if (day := parse_date(text)) is not None:
            return end_of_day(day)
        found = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--at {text}: {error}") from error
    if found is None:
        raise CommandError(f"--at {text}: not a date or time in ISO 8601")
    return found if found.tzinfo else found.replace(tzinfo=LAW_ZONE)


def line(visit: sweep.Visit) -> str:
    deadline, turn = visit.deadline, visit.turn
    does = []
    if turn.breach:
        does.append("over" if deadline.lapses else "breach")
    if turn.reminder is not None:
        does.append(f"remind ({turn.reminder.at.astimezone(LAW_ZONE):%Y-%m-%d %H:%M})")
    if turn.skipped:
        does.append(f"skip {len(turn.skipped)}")
    does += [f"escalate to {who['role']} of {who['body_id']}" for who in turn.escalations]
    due = deadline.due_at.astimezone(LAW_ZONE)
    name = f"{deadline.object_kind}:{deadline.object_ref} {deadline.kind}"
    return f"{name} due {due:%Y-%m-%d %H:%M}: {', '.join(does)}"
