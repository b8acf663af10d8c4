"""Where the API stands, and how it answers where the framework would speak HTML or plain text."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import include, path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from reviews.api.problems import not_allowed, problem
from reviews.api.service import api

View = Callable[..., Any]


def told(view: View) -> View:
    """The framework answers a wrong method in plain text, past every handler of ours."""

    @wraps(view)
    def answered(request: HttpRequest, **values: object) -> HttpResponseBase:
        response = view(request, **values)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return not_allowed(", ".join(sorted(response["Allow"].split(", "))))
        return response

    return answered


@csrf_exempt
def no_such_address(request: HttpRequest, unknown: str) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, "not-found", _("没有这个地址"))


patterns, app_name, namespace = api.urls
pattern: Any
for pattern in patterns:
    pattern.callback = told(pattern.callback)

urlpatterns = [
    path("v1/", include((patterns, app_name), namespace=namespace)),
    # Whatever else begins with /api/ is answered to a machine too.
    path("<path:unknown>", no_such_address),
]
