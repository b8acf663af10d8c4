from celery import shared_task
from django.utils import timezone

from ethicsreview.notices import delivery, resets


@shared_task(name="notices.deliver_urgent", lane="urgent")
def deliver_urgent() -> None:
    """Carry out what is urgent, by a worker that no slow letter keeps: where it can, before `deliver` gets there."""
    delivery.deliver(timezone.now, urgent=True)


@shared_task(name="notices.deliver")
def deliver() -> None:
    """Carry out what waits in the outbox. A message only nudges: any number of these, lost or doubled, is
    harmless.
    """
    # First, because somebody sits before the page and waits for it.
    resets.send_due(timezone.now)
    delivery.deliver(timezone.now)
