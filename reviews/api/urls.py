from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path

from reviews.api.problems import not_allowed
from reviews.api.service import api

View = Callable[..., HttpResponseBase]


def told(view: View) -> View:
    """The framework answers a wrong method in plain text, past every handler of ours."""

    @wraps(view)
    def answered(request: HttpRequest, **values: object) -> HttpResponseBase:
        response = view(request, **values)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return not_allowed(", ".join(sorted(response["Allow"].split(", "))))
        return response

    return answered


patterns, app_name, namespace = api.urls
for pattern in patterns:
    pattern.callback = told(pattern.callback)  # type: ignore[union-attr]

urlpatterns = [path("v1/", include((patterns, app_name), namespace=namespace))]
