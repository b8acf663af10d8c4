"""The id of the request (or task) at work, for the log, the trail and whatever it sets going."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Empty outside a request: in a command, a test, a task that no request set going."""
    return _current.get()


def set_request_id(value: str) -> None:
    """For whoever has no block to put it around: Celery says that a task begins, and that it has ended."""
    _current.set(value)


@contextmanager
def request_id(value: str) -> Iterator[None]:
    token = _current.set(value)
    try:
        yield
    finally:
        _current.reset(token)
