"""The pages on which a committee works."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from committees.models import Committee
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.models import Lifecycle
from reviews.models import Meeting, Review


def review(request: HttpRequest, ref: str) -> HttpResponse:
    return _page(request, Review, ref, "desk/review.html")


def meeting(request: HttpRequest, ref: str) -> HttpResponse:
    return _page(request, Meeting, ref, "desk/meeting.html")


def committee(request: HttpRequest, ref: str) -> HttpResponse:
    return _page(request, Committee, ref, "desk/committee.html")


def _page(request: HttpRequest, model: type[Lifecycle], ref: str, template: str) -> HttpResponse:
    standing = standing_of(request.user, timezone.now())
    found = get_object_or_404(model.objects.visible_to(standing), ref=ref)  # type: ignore[attr-defined]
    return render(request, template, {"object": found, "steps": open_steps(found, request.user)})
