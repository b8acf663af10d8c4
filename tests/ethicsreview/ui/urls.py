"""Pages that fail in every way, beside the real ones of the ground floor."""

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from ethicsreview.accounts.request_id import current_request_id
from ethicsreview.ui import views
from tests.ethicsreview.ui.gallery import gallery


def fail(_request: HttpRequest, way: str) -> HttpResponse:
    raise {
        "denied": PermissionDenied("只有秘书可以受理。"),
        "missing": Http404(),
        "too_long": RequestDataTooBig(),
        "suspicious": SuspiciousOperation(),
        "broken": RuntimeError("a secret in a message"),
    }[way]


def who(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(current_request_id())


urlpatterns = [
    path("gallery/", gallery),
    path("fail/<way>/", fail),
    path("api/fail/<way>/", fail),
    path("who/", who),
    path("accounts/", include("ethicsreview.accounts.urls")),
    path("inbox/", include("ethicsreview.notices.urls")),
    path("rules/", include("ethicsreview.policy.urls")),
    path("i18n/setlang/", views.set_language, name="set_language"),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
]

handler400 = "ethicsreview.ui.views.bad_request"
handler403 = "ethicsreview.ui.views.permission_denied"
handler404 = "ethicsreview.ui.views.page_not_found"
handler500 = "ethicsreview.ui.views.server_error"
