"""Every error as application/problem+json (RFC 9457), in the reader's language."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as FormError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as SchemaError
from pydantic import BaseModel

from ethicsreview.documents.checks import UploadRefused
from ethicsreview.documents.storage import FileGone
from ethicsreview.lifecycle.drafts import Stale
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.policy import PinnedPolicyChanged
from reviews.api.messages import field_errors
from reviews.api.shapes import RefusalShape
from reviews.models.projects.parties import CAPACITIES

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

log = structlog.get_logger("api")


class Problem(BaseModel):
    """`errors`: what is wrong with each field. `refusals`: every requirement that is unmet. `allowed`: in which
    capacities one may do it.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None
    refusals: list[RefusalShape] | None = None
    allowed: list[str] | None = None


class NotAcceptable(Exception):
    """A request that HTTP itself has a word for; `code` becomes the problem's type."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        title: str,
        detail: str = "",
        errors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.errors = {name: list(messages) for name, messages in (errors or {}).items()} or None
        super().__init__(code)


def problem(status: HTTPStatus, code: str, title: str, detail: str = "", **more: Any) -> HttpResponse:
    body = Problem(type=f"urn:ethicsreview:problem:{code}", title=title, status=status, detail=detail or title, **more)
    return HttpResponse(body.model_dump_json(exclude_none=True), status=status, content_type=MEDIA_TYPE)


def invalid(errors: Mapping[str, Sequence[str]]) -> HttpResponse:
    kept = {name: [str(message) for message in messages] for name, messages in errors.items()}
    detail = _("；").join(f"{name}{_('：')}{' '.join(messages)}" for name, messages in kept.items())
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", _("输入有误"), detail, errors=kept)


def install(api: NinjaAPI) -> None:
    """Give each exception its answer. What is not named here is a mistake of ours, and becomes a 500."""
    answers: dict[type[Exception], Any] = {
        AuthenticationError: _unauthenticated,
        NotVisible: _not_found,
        Http404: _not_found,
        NotPermitted: _not_permitted,
        PermissionDenied: _denied,
        Refused: _refused,
        Stale: _stale,
        InvalidInput: lambda request, error: invalid(error.errors),
        SchemaError: lambda request, error: invalid(field_errors(error.errors)),
        FormError: lambda request, error: invalid(_named(error)),
        UploadRefused: lambda request, error: invalid({"file": error.messages}),
        DataError: _out_of_range,
        OverflowError: _out_of_range,
        IntegrityError: _collided,
        ConcurrentTransition: _collided,
        OperationalError: _unavailable,
        InterfaceError: _unavailable,
        RequestDataTooBig: _too_big,
        NotAcceptable: _as_told,
        HttpError: _unreadable,
        BadRequest: _unreadable,
        SuspiciousOperation: _unreadable,
        MultiPartParserError: _unreadable,
        PinnedPolicyChanged: _rules_altered,
        FileGone: _file_gone,
        Exception: _our_mistake,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


def not_allowed(allow: str) -> HttpResponse:
    title = _("不支持这种请求方法")
    response = problem(HTTPStatus.METHOD_NOT_ALLOWED, "method", title, _("可用的方法：%(allow)s") % {"allow": allow})
    response["Allow"] = allow
    return response


def _unauthenticated(request: HttpRequest, error: Exception) -> HttpResponse:
    detail = _("请在 Authorization 头中给出有效的令牌（Bearer）。")
    response = problem(HTTPStatus.UNAUTHORIZED, "unauthenticated", _("未登录"), detail)
    response["WWW-Authenticate"] = "Bearer"
    return response


def _not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(HTTPStatus.NOT_FOUND, "not-found", _("没有找到"), _("没有这一对象，或者您无权查看。"))


def _not_permitted(request: HttpRequest, error: NotPermitted) -> HttpResponse:
    who = [str(CAPACITIES.get(name, name)) for name in error.allowed]
    detail = _("“%(label)s”由%(who)s办理") % {"label": error.label, "who": _("、").join(who)}
    return problem(
        HTTPStatus.FORBIDDEN, "not-permitted", _("不由您办理"), detail, allowed=sorted(map(str, error.allowed))
    )


def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem(HTTPStatus.FORBIDDEN, "denied", _("您没有权限"), str(error))


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    refusals = [RefusalShape.of(refusal) for refusal in error.refusals]
    return problem(HTTPStatus.CONFLICT, "refused", _("条件尚未具备"), str(error), refusals=refusals)


def _stale(request: HttpRequest, error: Stale) -> HttpResponse:
    detail = _("在您读取之后已有人保存。没有覆盖任何内容；请重新读取后再保存。")
    return problem(HTTPStatus.CONFLICT, "stale", _("内容已更新"), detail)


def _collided(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("collision", error=str(error))
    detail = _("同时有另一项操作改变了同一对象。什么也没有改变；请重新读取后再试。")
    return problem(HTTPStatus.CONFLICT, "collision", _("操作冲突"), detail)


def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("database", error=str(error))
    detail = _("数据库暂时不可用。什么也没有改变；请稍后再试。")
    response = problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", _("暂时不可用"), detail)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def _rules_altered(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("pinned_policy_changed", error=str(error))
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "policy", _("暂时不可用"), str(error))


def _file_gone(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "file-gone", _("暂时取不到文件"), str(error))


def _out_of_range(request: HttpRequest, error: Exception) -> HttpResponse:
    return invalid({"": [_("有一个值超出了可以保存的范围。")]})


def _too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", _("请求太大"))


def _as_told(request: HttpRequest, error: NotAcceptable) -> HttpResponse:
    return problem(error.status, error.code, error.title, error.detail, errors=error.errors)


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    # The framework wraps what its parser raises.
    if isinstance(error.__cause__, NotAcceptable):
        return _as_told(request, error.__cause__)
    return problem(HTTPStatus.BAD_REQUEST, "unreadable", _("请求无法读取"))


def _our_mistake(request: HttpRequest, error: Exception) -> HttpResponse:
    raise error


def _named(error: FormError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    return {"" if name == NON_FIELD_ERRORS else name: messages for name, messages in error.message_dict.items()}
