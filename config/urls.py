"""Every address of the service. Each room brings its own; here they only meet."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("inbox/", include("ethicsreview.notices.urls")),
]
