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
        for dead in Delivery.objects.dead().select_related("notice__person").order_by("pk").iterator():
            notice = dead.notice
            what = f"{notice.key} {notice.object_ref} to {notice.person.username}"
            self.stdout.write(f"{dead.pk} {dead.channel} {what}: {dead.error}")
        if resend:
            self.stdout.write(f"{delivery.resend(timezone.now())} will be tried again")
