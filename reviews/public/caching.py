"""How long what everybody may read may be kept: a page for a minute in one browser, a file for an hour anywhere."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, get_conditional_response, patch_cache_control
from django.utils.http import quote_etag

from ethicsreview.accounts.models import Person

P = ParamSpec("P")
PAGE, FILE = 60, 3600  # seconds


def public_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Its head says who is signed in, so it is kept for those who are not, and by their own browser alone."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(request.user, Person):
            add_never_cache_headers(response)
        else:
            patch_cache_control(response, private=True, max_age=PAGE)
        return response

    return answer


def public_file(request: HttpRequest, content: bytes, media_type: str, name: str = "") -> HttpResponse:
    """The same for everybody, with a digest: whoever holds it already is not sent it again."""
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    response = get_conditional_response(request, etag=etag) or HttpResponse(content, content_type=media_type)
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=FILE)
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
