from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from ethicsreview.trail import verification


@shared_task(name="trail.seal", lane="slow")
def seal() -> None:
    """Beat's, each hour: close the day that is over, by the calendar of Asia/Shanghai. A sealed day stays as it is."""
    now = timezone.now()
    verification.seal(timezone.localdate(now) - timedelta(days=1), now, settings.VAR_DIR / "seals")
