"""The desk: Django's admin, entered by our own sign-in and opened by roles. Its index is the queue; the lists that
Django draws are its registers.
"""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    site_header = site_title = _("科技伦理审查工作台")
    index_title = _("登记册")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Who holds any role but a researcher's; what they see there is each page's own question."""
        return bool(request.user.is_active and request.user.is_staff)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("desk:queue")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One way to sign in for every face. Who has signed in and has no role here would only come back."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("desk:queue"))
