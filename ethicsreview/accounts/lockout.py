"""What axes asks of us: who tried to sign in, from where, and what to say to someone shut out."""

from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ethicsreview.accounts.models import Person

_LONGEST = 255  # of axes' column


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """One name for one person, however they sign in: an e-mail address counts as its owner's user name."""
    given = credentials or {}
    tried = given.get("username") or given.get("email") or request.POST.get("login", "")
    tried = str(tried).strip().replace("\0", "")
    if "@" in tried:
        owner = Person.objects.filter(email__iexact=tried).values_list("username", flat=True).first()
        tried = owner or tried
    return tried.casefold()[:_LONGEST]


def client_address(request: HttpRequest) -> str | None:
    return get_client_ip(request)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """A page that says until when. The same for names that exist and names that do not."""
    attempts = AccessAttempt.objects.filter(
        username=name_tried(request, credentials), ip_address=client_address(request)
    )
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    until = last + settings.AXES_COOLOFF_TIME
    page = render(request, "account/locked_out.html", {"until": until}, status=429)
    page["Retry-After"] = str(max(1, round((until - timezone.now()).total_seconds())))
    return page
