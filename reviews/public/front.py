"""The first page for a person without an account: what everybody may read and do here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviews.models import Disclosure
from reviews.public.caching import public_page

NEWEST = 3


@require_safe
@public_page
def front(request: HttpRequest) -> HttpResponse:
    newest = Disclosure.objects.listed().filter(state=Disclosure.State.PUBLISHED).select_related("authority")
    return render(request, "public/front.html", {"newest": newest.order_by("-published_at", "-pk")[:NEWEST]})
