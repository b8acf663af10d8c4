"""What a worker is nudged to do."""

from celery import shared_task
from django.utils import timezone

from ethicsreview.notices.broker import publish
from ethicsreview.work import record, running
from ethicsreview.work.asking import TASK
from ethicsreview.work.models import Job


@shared_task(name=TASK, lane="slow")
def run() -> None:
    """One job; while others wait, another message, behind whatever else has come meanwhile."""
    if running.run_waiting() and Job.objects.to_run(timezone.now()).exists():
        publish(TASK)


@shared_task(name="work.clear", lane="slow")
def clear() -> None:
    running.clear(timezone.now())


@shared_task(name="work.seal", lane="slow")
def seal() -> None:
    """The record of yesterday is sealed once a day; a day on which nothing ran is made good by a later one."""
    record.ask_for_seal(timezone.now())
