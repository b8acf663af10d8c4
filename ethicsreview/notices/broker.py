"""Waking a worker. Messages only nudge; the rows are the truth, and beat asks for what is wanting every minute."""

from typing import Any

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


def depth() -> int | None:
    """How many messages wait for a worker; None while the broker cannot be asked."""
    found = depths()
    return None if found is None else sum(found.values())


def depths() -> dict[str, int] | None:
    """By queue; None while the broker cannot be asked."""
    try:
        with current_app.connection_for_read() as connection:
            return {name: _size(connection.default_channel, name) for name in _queues()}
    except broker_away():
        return None


def _queues() -> list[str]:
    named = current_app.conf.task_queues or ()
    return [queue.name for queue in named] or [current_app.conf.task_default_queue]


def _size(channel: Any, name: str) -> int:
    """Kombu's own count: what it offers to others asks Redis for the queue without the prefix of our keys."""
    return int(channel._size(name))


def publish(task: str) -> None:
    """Send the task's name, once. While the broker is away nothing is lost and no request fails."""
    try:
        current_app.send_task(task, retry=False)
    except broker_away() as error:
        log.warning("broker_unreachable", task=task, error=type(error).__name__)
