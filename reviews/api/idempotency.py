"""One request, one deed: whatever changes something does so in one transaction, and once for each Idempotency-Key."""

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Status
from pydantic import BaseModel

from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.api.access import Call
from reviews.api.problems import NotAcceptable
from reviews.models import idempotency

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY = re.compile(r"[\x21-\x7e]{1,200}")

View = Callable[..., Any]


def once(view: View) -> View:
    """Wrap an operation: reading ones stay as they are."""

    @wraps(view)
    def in_one_transaction(request: Call, **values: Any) -> Any:
        if request.method in {"GET", "HEAD"}:
            return view(request, **values)
        key = request.headers.get(HEADER)
        with transaction.atomic():
            if key is None or request.method != "POST":
                return view(request, **values)
            return _remembered(view, request, key, values)

    return in_one_transaction


def _remembered(view: View, request: Call, key: str, values: dict[str, Any]) -> HttpResponse:
    """The answer of the first time, if there was one; else do it, and keep the answer beside what was done."""
    if not KEY.fullmatch(key):
        raise InvalidInput({HEADER: [_("应为1至200个可见的 ASCII 字符。")]})

    def do() -> tuple[int, str]:
        result = view(request, **values)
        status, shape = (result.status_code, result.value) if isinstance(result, Status) else (HTTPStatus.OK, result)
        assert isinstance(shape, BaseModel), "an operation that changes something answers with a shape"
        return status, shape.model_dump_json()

    try:
        answer = idempotency.once(request.auth.person, key, _said(request), at=timezone.now(), do=do)
    except idempotency.KeyReused:
        message = _("这个键已用于另一个请求。")
        raise NotAcceptable(
            HTTPStatus.UNPROCESSABLE_ENTITY, "key-reused", message, errors={HEADER: [message]}
        ) from None
    response = HttpResponse(answer.text, status=answer.status, content_type="application/json")
    if answer.replayed:
        response[REPLAYED] = "true"
    return response


def _said(request: Call) -> list[str]:
    parts = [request.method or "", request.get_full_path()]
    if request.content_type == "multipart/form-data":
        # Its boundary differs from one sending to the next; what it says does not.
        parts += [f"{name}={values}" for name, values in sorted(request.POST.lists())]
        parts += idempotency.uploads_told(request.FILES)
    else:
        parts.append(sha256(request.body).hexdigest())
    return parts
