import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ethicsreview.operating import measures


class MeasuringMiddleware:
    """Counts each request by its view and status. The view's name, never the path: paths carry codes and names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        found = request.resolver_match
        view = (found.view_name or found.route) if found else ""
        measures.note(_known(request.method), view, response.status_code, time.perf_counter() - started)
        return response


def _known(method: str | None) -> str:
    """A client may invent methods; each would be a series for ever."""
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
