"""One id and one log line for each request."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from ethicsreview.accounts.request_id import request_id

HEADER = "X-Request-ID"
# What a proxy may hand us. Anything else could forge lines of the log, and is replaced.
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger("request")


class RequestIdMiddleware:
    """Takes the proxy's request id or makes one; answers with it; logs the request once it is answered.

    The line names the route, never the path or the query: these carry reset keys, letter codes and what people
    searched for.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        value = given if SANE.fullmatch(given) else uuid.uuid4().hex
        started = time.perf_counter()
        with request_id(value):
            response = self.get_response(request)
            log.info(
                "request",
                method=request.method,
                route=request.resolver_match.route if request.resolver_match else None,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000),
            )
        response.headers[HEADER] = value
        return response
