"""The desk's month, and the clock room."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ethicsreview.deadlines import pulse
from ethicsreview.deadlines.models import Deadline
from ethicsreview.diary.pages import month_page
from ethicsreview.notices.broker import depth
from ethicsreview.notices.models import Delivery
from reviews.desk import clockroom as work
from reviews.desk.access import Visitor, desk_page
from reviews.desk.post import dead_letters
from reviews.desk.views.queue import LATE_SWEEP, at_most


@require_safe
@desk_page
def month(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    sides = work.month_sides_of(visitor.standing)
    side = request.GET.get("side", "")
    if side not in sides:
        side = sides[0]
    rows = work.rows_on(visitor, side)
    page = month_page(rows, request.GET.get("month", ""), visitor.at, lambda row: work.entry(row, visitor.at))
    context = {"page": page, "side": side, "sides": [(one, work.SIDES[one]) for one in sides]}
    return render(request, "desk/month.html", context)


@require_safe
@desk_page
def clocks(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    sides = work.sides_of(visitor.standing)
    if not sides:
        raise Http404("watches over no clocks")
    asked = request.GET
    side = asked.get("side", "") if asked.get("side", "") in sides else sides[0]
    shown = asked.get("show", "") if asked.get("show", "") in work.SHOWN else "late"
    rows = work.rows_on(visitor, side)
    body = asked.get("body", "")[:20]
    within = rows.filter(body__ref=body) if body else rows
    context: dict[str, Any] = {
        "side": side,
        "sides": [(one, work.SIDES[one]) for one in sides],
        "shown": shown,
        "shows": work.SHOWN.items(),
        "body": body,
        "listed": work.listed(work.narrowed(within, shown, visitor.at), asked.get("cursor", ""), visitor.at),
    }
    if "cursor" not in asked:
        context["summary"] = work.summary(within, visitor.at)
    if body:
        context["body_name"] = _name_of(context, body)
    if side in {"institution", "operations"} and "cursor" not in asked:
        context["undelivered"] = at_most(dead_letters(visitor.standing))
    if side == "operations" and "cursor" not in asked:
        context["running"] = _running(visitor)
    return render(request, "desk/clocks.html", context)


def _name_of(context: dict[str, Any], ref: str) -> str:
    """Only a body of which something is listed here has a name here."""
    rows = context["listed"].rows
    if rows:
        return str(rows[0].body)
    found = next((one.name for one in context["summary"].bodies if one.ref == ref), "") if "summary" in context else ""
    return found or ref


def _running(visitor: Visitor) -> list[tuple[Any, Any, bool]]:
    """How the service's own clocks do: when last, by which beat, what waits."""
    swept, beat = pulse.last(pulse.SWEEP), pulse.last(pulse.BEAT)
    waiting = depth()
    late = swept is None or swept.at is None or abs(visitor.at - swept.at) > LATE_SWEEP
    leads = beat is not None and beat.until is not None and beat.until > visitor.at
    return [
        (_("最近一次巡检"), swept.at if swept else _("还没有"), late),
        (_("在用的定时进程"), beat.holder if beat and leads else _("没有"), not leads),
        (_("队列中的消息"), _("无法连接") if waiting is None else waiting, waiting is None or waiting > work.ROWS),
        counted(_("巡检未及时处理的期限"), Deadline.objects.filter(next_at__lte=visitor.at - LATE_SWEEP)),
        counted(_("应送未送的通知"), Delivery.objects.to_try(visitor.at - LATE_SWEEP)),
    ]


def counted(label: str, rows: Any) -> tuple[str, str, bool]:
    words, any_ = at_most(rows)
    return label, words, any_
