"""The service's own settings, one page more, and a queue of its own."""

from config.settings import *  # noqa: F403 - all of them

ROOT_URLCONF = "bench.urls"
# Messages of the benchmark reach no worker of a service that has the same broker.
CELERY_TASK_DEFAULT_QUEUE = "bench"
