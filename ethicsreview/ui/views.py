"""The pages that belong to no face: errors, the language, the lock-out, and whether the service is well."""

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import check_for_language, gettext
from django.views import i18n
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST, require_safe

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.request_id import current_request_id

API = "/api/"


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own, and for whoever is signed in also the language of their notices."""
    language = request.POST.get("language", "")
    if isinstance(request.user, Person) and language in dict(settings.LANGUAGES) and check_for_language(language):
        Person.objects.filter(pk=request.user.pk).update(language=language)
    return i18n.set_language(request)


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """The process can serve: the database answers and has every migration."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    if pending:
        return JsonResponse({"status": "unavailable", "pending_migrations": len(pending)}, status=503)
    return JsonResponse({"status": "ok"})


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _error(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, gettext("内容过长"))
    return _error(request, HTTPStatus.BAD_REQUEST, gettext("请求有误"))


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, HTTPStatus.FORBIDDEN, gettext("您没有权限"), reason=str(exception))


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, HTTPStatus.NOT_FOUND, gettext("没有这个页面"))


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(request, HTTPStatus.FORBIDDEN, gettext("表单已过期"), template="403_csrf.html")


def unavailable(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing was saved; the same may be asked again in a moment. Draws without the database."""
    if request.path.startswith(API):
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, reason or gettext("系统正忙，没有保存"))
    page = render_to_string("503.html", {"request_id": current_request_id(), "reason": reason})
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "10"})


def file_gone(request: HttpRequest, reason: str) -> HttpResponse:
    title = gettext("暂时取不到文件")
    return _error(request, HTTPStatus.SERVICE_UNAVAILABLE, title, template="file_gone.html", reason=reason)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Draws without the request's context: what went wrong may be the session or the database itself."""
    if request.path.startswith(API):
        return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, gettext("系统出错"))
    page = render_to_string("500.html", {"request_id": current_request_id()})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _error(
    request: HttpRequest, status: HTTPStatus, title: str, *, template: str = "", reason: str = ""
) -> HttpResponse:
    if request.path.startswith(API):
        return _problem(status, title)
    context = {"reason": reason, "request_id": current_request_id()}
    return render(request, template or f"{status.value}.html", context, status=status)


def _problem(status: HTTPStatus, title: str) -> JsonResponse:
    body = {"type": "about:blank", "title": title, "status": status.value, "instance": current_request_id()}
    return JsonResponse(body, status=status, content_type="application/problem+json")
