"""Every address of the service. Each room brings its own; here they only meet."""

from django.contrib import admin
from django.urls import include, path

from ethicsreview.operating.views import metrics
from ethicsreview.ui import views

urlpatterns = [
    path("desk/registers/", admin.site.urls),
    path("desk/", include("reviews.desk.urls")),
    path("accounts/", include("ethicsreview.accounts.urls")),
    path("calendar/", include("ethicsreview.diary.urls")),
    path("inbox/", include("ethicsreview.notices.urls")),
    path("work/", include("ethicsreview.work.urls")),
    path("rules/", include("ethicsreview.policy.urls")),
    path("api/", include("reviews.api.urls")),
    path("i18n/setlang/", views.set_language, name="set_language"),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    path("metrics", metrics),
    path("", include("reviews.public.urls")),
    path("", include("reviews.portal.urls")),
]

handler400 = "ethicsreview.ui.views.bad_request"
handler403 = "ethicsreview.ui.views.permission_denied"
handler404 = "ethicsreview.ui.views.page_not_found"
handler500 = "ethicsreview.ui.views.server_error"
