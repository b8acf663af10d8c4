"""The Celery application. Beat's schedule and the queues stand here, in code: they are part of the service."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import before_task_publish, task_postrun, task_prerun, worker_init
from kombu import Exchange, Queue

from ethicsreview.accounts.request_id import current_request_id, set_request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ethicsreview")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# What a person or a limit waits for; what may take its minute; what takes long. A task says which, by `lane="slow"` in
# its `shared_task`, and "normal" where it says nothing.
QUEUES = ("urgent", "normal", "slow")
# Each by its own exchange: left to themselves all would hang on the default one, and each get every message.
app.conf.task_queues = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
app.conf.task_default_queue = "normal"


def queue_of(name: str, _args: Any, _kwargs: Any, _options: Any, task: Any = None, **_: Any) -> dict[str, str] | None:
    """By the task's own word, also where it is sent by its name alone. A task that is not known goes to "normal"."""
    known = task or app.tasks.get(name)
    lane = getattr(known, "lane", None)
    return {"queue": lane} if lane else None


app.conf.task_routes = (queue_of,)


@worker_init.connect
def keep_what_is_loaded(**_: Any) -> None:
    """As the web processes do: a collector that need not walk through all code leaves a sweep a fifth of its time."""
    gc.collect()
    gc.freeze()


@before_task_publish.connect
def _send_request_id(headers: dict[str, Any], **_: Any) -> None:
    if current_request_id():
        headers["request_id"] = current_request_id()


@task_prerun.connect
def _take_request_id(task_id: str, task: Any, **_: Any) -> None:
    """That of the request which set the task going; else the task's own: its lines, entries and notices are found by
    it.
    """
    # A worker finds a message's headers among the request's own names; a task that is applied at once, apart.
    sent = {**(task.request.headers or {}), **vars(task.request)}
    set_request_id(sent.get("request_id") or task_id.replace("-", ""))


@task_postrun.connect
def _drop_request_id(**_: Any) -> None:
    set_request_id("")


# A tick that no worker took within its minute is stale: the next one does its work too.
MINUTE = {"schedule": 60.0, "options": {"expires": 55}}
HOUR = {"schedule": 3600.0, "options": {"expires": 3000}}
app.conf.beat_schedule = {
    "sweep": {"task": "deadlines.sweep", **MINUTE},
    "timely": {"task": "lifecycle.timely", **MINUTE},
    "deliver urgent": {"task": "notices.deliver_urgent", **MINUTE},
    "deliver": {"task": "notices.deliver", **MINUTE},
    "read documents": {"task": "documents.extract_pending", **MINUTE},
    "letters": {"task": "reviews.letters", **MINUTE},
    "emergencies": {"task": "reviews.emergencies", **MINUTE},
    "annual reports": {"task": "reviews.annual_reports", **HOUR},
    "programme figures": {"task": "reviews.programme_figures", **HOUR},
    "counters": {"task": "reviews.counters", **MINUTE},
    "warnings": {"task": "reviews.warnings", **HOUR},
    "comparisons": {"task": "reviews.comparisons", **MINUTE},
    "work": {"task": "work.run", **MINUTE},
    "seal": {"task": "work.seal", **MINUTE},
    "clear": {"task": "work.clear", **MINUTE},
}
