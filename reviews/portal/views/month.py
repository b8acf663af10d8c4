"""A person's own month."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.diary.entries import Entry, own
from ethicsreview.diary.pages import month_page
from reviews.portal.access import Visitor, portal_page


@require_safe
@portal_page
def month(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    watched, asked = own(visitor.standing), request.GET.get("month", "")
    page = month_page(watched, asked, visitor.at, lambda row: Entry.of(row, visitor.at))
    return render(request, "portal/month.html", {"page": page, "keep": ""})
