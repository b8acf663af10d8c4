"""One JSON object a line on standard error, ours and every library's, each with the id of its request."""

from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

from ethicsreview.accounts.request_id import current_request_id


def logging_config(level: str) -> dict[str, Any]:
    """The LOGGING setting; structlog itself hands its lines to the standard library."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        _drop_path,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's defaults would print a second line in another form, and mail the administrators.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # The request line says it already; this one would add the path.
            "django.request": {"level": "ERROR"},
            "axes": {"level": "WARNING"},
        },
    }


def _add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if value := current_request_id():
        event["request_id"] = value
    return event


def _drop_path(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Django names the path of what failed; a path may hold a reset key or a letter's code. The id finds the route."""
    if event.get("logger") == "django.request":
        event["event"] = event["event"].partition(":")[0]
    return event
