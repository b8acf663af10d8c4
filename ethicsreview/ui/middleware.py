"""One id and one log line for each request."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from ethicsreview.accounts.request_id import request_id
from ethicsreview.documents.storage import FileGone
from ethicsreview.policy import PinnedPolicyChanged
from ethicsreview.ui import views

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


class UnavailableMiddleware:
    """One clear answer where the database is busy or gone, a file is, or the rules a review rests on were altered.

    The transaction has been rolled back by then: nothing is half-done, and what was typed can be sent again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            log.warning("database_unavailable", error=type(exception).__name__)
            return views.unavailable(request)
        if isinstance(exception, PinnedPolicyChanged):
            log.error("pinned_policy_changed", packs=exception.packs)
            return views.unavailable(request, reason=str(exception))
        if isinstance(exception, FileGone):
            return views.file_gone(request, reason=str(exception))
        return None
