"""The measures' address: for this machine, and for whoever has an operator's token."""

from ipaddress import ip_address

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from ethicsreview.accounts.models import ApiToken, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.operating import measures

# Whoever speaks through a proxy of this machine is not this machine.
PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 to everybody else: that it is here is nobody's business."""
    if not (_from_here(request) or _an_operator(request)):
        raise Http404
    return HttpResponse(measures.text(), content_type=CONTENT_TYPE_LATEST)


def _from_here(request: HttpRequest) -> bool:
    if any(name in request.headers for name in PROXIED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _an_operator(request: HttpRequest) -> bool:
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return False
    now = timezone.now()
    token = ApiToken.objects.holder(secret.strip(), now)
    return token is not None and standing_of(token.person, now).holds(Role.OPERATOR)
