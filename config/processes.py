"""What runs in production, once: `make stack` starts these commands, and docker-compose.yml the same (a test compares).

`make run` has the same server, and one worker for all queues with beat inside it.
"""

from collections.abc import Mapping

SERVER = ["gunicorn", "config.wsgi", "--config", "python:config.web"]
CELERY = ["celery", "--app", "config"]
QUIET = ["--without-gossip", "--without-mingle"]
# Either takes what is urgent, so that no slow job and no slow mail server keeps it: and each before all else.
WORKERS: Mapping[str, str] = {"worker": "urgent,normal", "slow": "urgent,slow"}


def web(bind: str, *, workers: int = 0) -> list[str]:
    """As many processes as WEB_CONCURRENCY says, else four; or `workers`."""
    return [*SERVER, "--bind", bind, *(["--workers", str(workers)] if workers else [])]


def worker(name: str) -> list[str]:
    """Two at a time: enough for mail, which waits, and letters, which compute."""
    shape = ["--queues", WORKERS[name], "--hostname", f"{name}@%h", "--concurrency", "2"]
    return [*CELERY, "worker", *shape, *QUIET]


def beat(schedule: str) -> list[str]:
    return [*CELERY, "beat", "--schedule", schedule]
