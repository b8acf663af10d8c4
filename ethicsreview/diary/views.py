"""The feed at its secret address, and the page on which a person has that address made or revoked."""

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from ethicsreview.accounts.models import FeedAddress, Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.diary.entries import own
from ethicsreview.diary.feed import MOST, text_of

# How long a missed end stays in the calendar while nothing is done.
BEHIND = timedelta(days=90)


@require_safe
@never_cache
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """No sign-in: a calendar program has only the address. One that is revoked or of nobody is nothing."""
    at = timezone.now()
    address = FeedAddress.objects.holder(secret, at)
    if address is None:
        raise Http404("no such calendar")
    watched = own(standing_of(address.person, at))
    [rows] = watched.first((watched.rows.filter(due_at__gt=at - BEHIND).open().soonest(), MOST))
    with translation.override(address.person.language):
        return HttpResponse(text_of(rows, at), content_type="text/calendar; charset=utf-8")


@login_required
@require_GET
@never_cache
def address(request: HttpRequest) -> HttpResponse:
    return _page(request)


@login_required
@require_POST
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """Shown once: only its digest is kept. Making another revokes the one before."""
    _row, secret = FeedAddress.issue(_person(request), timezone.now())
    return _page(request, f"{settings.SITE_URL}{reverse('diary:feed', args=[secret])}")


@login_required
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    if FeedAddress.objects.filter(person=_person(request)).revoke(timezone.now()):
        messages.success(request, _("订阅地址已停用，凭原地址不再能读取日程。"))
    else:
        messages.info(request, _("没有在用的订阅地址。"))
    return redirect("diary:address")


def _page(request: HttpRequest, made: str = "") -> HttpResponse:
    current = FeedAddress.objects.filter(person=_person(request), revoked_at=None).first()
    return render(request, "diary/address.html", {"made": made, "current": current})


def _person(request: HttpRequest) -> Person:
    return cast(Person, request.user)
