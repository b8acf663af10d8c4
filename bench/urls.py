"""The service's addresses, and the page that the others are measured against."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as pages

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@login_required
def bare(request: HttpRequest) -> HttpResponse:
    """What every page of a signed-in person has before it says anything: session, frame, navigation, unread count."""
    return render(request, "base.html")


urlpatterns = [path("bench/bare/", bare), *pages]
