"""The registers of the desk: Django's admin, entered by our own sign-in and opened by roles."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class DeskSite(AdminSite):
    site_header = site_title = _("科技伦理审查工作台")
    index_title = _("登记册")
    index_template = "desk/registers.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Who holds any role but a researcher's; what they see there is each page's own question."""
        return bool(request.user.is_active and request.user.is_staff)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One way to sign in for every face. To who has signed in and has no role here, nothing is here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404(request.path)
        return redirect_to_login(request.GET.get("next") or reverse("desk:queue"))
