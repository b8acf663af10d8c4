from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ethicsreview.notices import delivery
from ethicsreview.notices.models import Delivery


class Command(BaseCommand):
    help = "Show what waits in the outbox and what could not be delivered; --resend tries the latter again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resend", action="store_true", help="give every dead letter its attempts again")

    def handle(self, *args: Any, resend: bool, **options: Any) -> None:
        self.stdout.write(f"{Delivery.objects.waiting().count()} waiting, {Delivery.objects.dead().count()} dead")
        rows = Delivery.objects.dead().select_related("notice__person", "event", "endpoint").order_by("pk")
        for dead in rows.iterator():
            to = dead.notice.person.username if dead.notice and not dead.endpoint else dead.to
            self.stdout.write(f"{dead.pk} {dead.channel} {dead.told.key} {dead.told.object_ref} to {to}: {dead.error}")
        if resend:
            self.stdout.write(f"{delivery.resend(timezone.now())} will be tried again")
