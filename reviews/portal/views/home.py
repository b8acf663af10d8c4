"""The first page: what the service is, or one's own projects."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.accounts.models import DESK_ROLES, Person, Role
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.standing import Standing
from ethicsreview.notices.models import Notice
from ethicsreview.ui import keyset
from reviews.models import Project
from reviews.portal.access import Visitor, portal_page
from reviews.portal.addressed import addressed
from reviews.portal.situations import PROJECT, awaited, situations

SIZE, ORDER = 10, ["-pk"]
NEWS = 5


def _mine(standing: Standing) -> Any:
    return Project.objects.own(standing.person).values_list(*PROJECT, named=True)


# The page as it opens.
OPENING = PreparedFor(lambda standing: keyset.opening(_mine(standing), by=ORDER, size=SIZE))


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    if not isinstance(request.user, Person):
        return render(request, "portal/welcome.html")
    return projects(request)


@portal_page
def projects(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    cursor = request.GET.get("cursor", "")
    if cursor:
        found = keyset.page(_mine(visitor.standing), by=ORDER, cursor=cursor, size=SIZE)
    else:
        found = keyset.cut(Project, OPENING(visitor.standing), by=ORDER, size=SIZE)
    news = list(Notice.objects.visible_to(visitor.person).unread().newest()[:NEWS])
    context = {
        "page": found,
        "situations": situations(found.rows, visitor.person, visitor.at),
        "may_begin": visitor.standing.holds(Role.RESEARCHER, Role.INSTITUTION_OFFICER),
        "at_desk": visitor.standing.holds(*DESK_ROLES),
        "news": news,
        "addressed": addressed(visitor.standing, visitor.at),
    }
    if found.next or cursor:
        # What waits for them may lie on another page.
        context["awaited"] = awaited(visitor.standing, visitor.at)
    if len(news) < NEWS:
        # All of them are here: the header need not have them counted.
        context["unread_notices"] = str(len(news) or "")
    return render(request, "portal/home.html", context)
