"""The first page of the desk."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Findings
from ethicsreview.notices.models import Delivery
from reviews.desk import lists, rechecks
from reviews.desk import queue as work
from reviews.desk.access import Visitor, desk_page
from reviews.desk.besides import besides, of_department, of_institution
from reviews.desk.clockroom import duties
from reviews.desk.composition import healths

# Counters stop here: the page says "99+", and nothing is counted to the end.
MANY = 99
LATE_SWEEP = timedelta(minutes=5)


@require_safe
@desk_page
def queue(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    sides = work.sides_of(visitor.standing)
    side = request.GET.get("side", "")
    if side not in sides:
        side = sides[0] if sides else ""
    context: dict[str, Any] = {"side": side, "sides": [(one, work.SIDES[one]) for one in sides]}
    own = _own_committees(visitor) if side == "institution" else []
    opens = "cursor" not in request.GET
    if side == "operations":
        context["counters"] = _counters(visitor)
    elif side == "recheck":
        context |= {"seats": rechecks.seats_of(visitor), "docket": rechecks.docket(visitor, "", "")}
    elif side:
        choices = tuple((one.ref, one.name) for one in own) or work.committees_of(visitor, side)
        chosen = work.Filter(request.GET, choices)
        opens = opens and not chosen.given
        context |= {"filter": chosen, "filters": chosen.shown(side), "export_url": lists.address(side, chosen, request)}
        context |= {"reviews": work.reviews_page(visitor, side, chosen, request.GET.get("cursor", ""))}
    if side == "committee" and opens:
        context |= {"ballots": work.ballots(visitor), "meetings": work.meetings(visitor), "besides": besides(visitor)}
    elif side == "institution":
        context |= {"committees": healths(own, visitor.at), "besides": of_institution(visitor)}
    elif side in ("recheck", "territory", "") and opens:
        context["besides"] = of_department(visitor)
    if side != "operations" and opens:
        context["duties"] = duties(visitor, side)
    return render(request, "desk/queue.html", context)


def _own_committees(visitor: Visitor) -> list[Committee]:
    """Those of the institution, also the dissolved, whose reviews are still looked for."""
    institutions = visitor.standing.bodies(Role.INSTITUTION_OFFICER)
    rows = Committee.objects.visible_to(visitor.standing).filter(institution__in=institutions)
    return list(rows.order_by("name", "pk")[: work.SHORT])


def _counters(visitor: Visitor) -> list[tuple[Any, str, bool]]:
    """What an operator looks at first: each from an index, and none further than a hundred rows."""
    behind = Deadline.objects.filter(next_at__lte=visitor.at - LATE_SWEEP)
    counted = [
        (_("无法送达的通知"), Delivery.objects.dead()),
        (_("应送未送的通知"), Delivery.objects.to_try(visitor.at - LATE_SWEEP)),
        (_("巡检未及时处理的期限"), behind),
        (_("正文待提取的文件"), Findings.objects.unread()),
    ]
    return [(label, *at_most(rows)) for label, rows in counted]


def at_most(rows: Any) -> tuple[str, bool]:
    """A number as a page shows it, and whether there is anything."""
    number = rows.order_by()[: MANY + 1].count()
    return to_many(number), number > 0


def to_many(number: int) -> str:
    return f"{MANY}+" if number > MANY else str(number)
