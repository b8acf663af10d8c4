"""The Celery application. Beat's schedule stands here, in code: it is part of the service, not a setting."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ethicsreview")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sweep": {"task": "deadlines.sweep", "schedule": 60.0},
    "deliver": {"task": "notices.deliver", "schedule": 60.0},
}
