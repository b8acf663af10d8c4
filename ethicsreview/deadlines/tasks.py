from celery import shared_task
from django.utils import timezone

from ethicsreview.deadlines import sweep


@shared_task(name="deadlines.sweep", lane="urgent")
def sweep_deadlines() -> None:
    """Beat's, each minute. Two at once share the work; a missed one is made good by the next."""
    sweep.sweep(timezone.now())
