from celery import shared_task
from django.utils import timezone

from ethicsreview.notices import delivery


@shared_task(name="notices.deliver")
def deliver() -> None:
    """Carry out what waits in the outbox. A message only nudges: any number of these, lost or doubled, is
    harmless.
    """
    delivery.deliver(timezone.now)
