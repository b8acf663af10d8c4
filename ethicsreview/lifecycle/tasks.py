from celery import shared_task
from django.utils import timezone

from ethicsreview.lifecycle.timely import take_timely


@shared_task(name="lifecycle.timely", lane="urgent")
def timely() -> None:
    """Beat's, each minute. Two at once share the work; a missed one is made good by the next."""
    take_timely(timezone.now())
