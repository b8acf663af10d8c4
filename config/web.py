"""How gunicorn serves, in every shape: `gunicorn config.wsgi --config python:config.web`, and what differs after it."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

bind = "0.0.0.0:8000"
workers = int(os.environ.get("WEB_CONCURRENCY") or 4)
threads = 4
control_socket_disable = True
# A request that takes longer is lost with its process; the longest upload through a slow line does not count, since
# a thread waits for it.
timeout = 60
graceful_timeout = 30

# Where the processes of one server count together (prometheus-client asks when it is first loaded). Files of a server
# that is gone count no more, so each begins with a folder of its own.
_OURS = "ETHICSREVIEW_MEASURES"
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ[_OURS] = tempfile.mkdtemp(prefix="ethicsreview-measures-")


def child_exit(_server: Any, worker: Any) -> None:
    """What a process counted stays in the sum; what it was doing just then does not."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    if folder := os.environ.get(_OURS):
        shutil.rmtree(Path(folder), ignore_errors=True)
