"""The Celery application. Beat's schedule stands here, in code: it is part of the service, not a setting."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ethicsreview")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A tick that no worker took within its minute is stale: the next one does its work too.
MINUTE = {"schedule": 60.0, "options": {"expires": 55}}
app.conf.beat_schedule = {
    "sweep": {"task": "deadlines.sweep", **MINUTE},
    "timely": {"task": "lifecycle.timely", **MINUTE},
    "deliver": {"task": "notices.deliver", **MINUTE},
    "read documents": {"task": "documents.extract_pending", **MINUTE},
    "letters": {"task": "reviews.letters", **MINUTE},
    "emergencies": {"task": "reviews.emergencies", **MINUTE},
    "comparisons": {"task": "reviews.comparisons", **MINUTE},
    "work": {"task": "work.run", **MINUTE},
    "seal": {"task": "work.seal", **MINUTE},
    "clear": {"task": "work.clear", **MINUTE},
}
