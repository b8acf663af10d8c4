"""Waking a worker. Messages only nudge; the rows are the truth, and beat asks for what is wanting every minute."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def broker_away() -> tuple[type[Exception], ...]:
    """What a publish raises when the broker is down, on either transport (the folder's errors are OSError). Asked
    when something was raised: where no Redis is, none is loaded.
    """
    from redis.exceptions import ConnectionError as RedisConnectionError
    from redis.exceptions import TimeoutError as RedisTimeoutError

    return OperationalError, RedisConnectionError, RedisTimeoutError, OSError


def publish(task: str) -> None:
    """Send the task's name, once. While the broker is away nothing is lost and no request fails."""
    try:
        current_app.send_task(task, retry=False)
    except broker_away() as error:
        log.warning("broker_unreachable", task=task, error=type(error).__name__)
