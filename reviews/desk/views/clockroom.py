"""The desk's month, and the clock room."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ethicsreview.deadlines import pulse
from ethicsreview.deadlines.models import Deadline, Pulse
from ethicsreview.diary.pages import month_page
from ethicsreview.notices.broker import depth
from ethicsreview.notices.models import Delivery, DeliveryState
from ethicsreview.work.kinds import label_of
from ethicsreview.work.models import UNENDED, Job, State
from ethicsreview.work.record import SEAL
from reviews.desk import clockroom as work
from reviews.desk.access import Visitor, desk_page
from reviews.desk.post import dead_letters
from reviews.desk.views.queue import LATE_SWEEP, MANY, at_most, to_many

# A job that nobody has taken up for so long waits for a worker that is not there.
LATE_WORK = timedelta(minutes=5)
RECENT = timedelta(days=7)


@require_safe
@desk_page
def month(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    sides = work.month_sides_of(visitor.standing)
    side = request.GET.get("side", "")
    if side not in sides:
        side = sides[0]
    watched = work.watched_on(visitor, side)
    page = month_page(watched, request.GET.get("month", ""), visitor.at, lambda row: work.entry(row, visitor.at))
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
    watched = work.watched_on(visitor, side)
    body = asked.get("body", "")[:20]
    within = watched.within(body__ref=body) if body else watched
    listed, summary = work.room(within, shown, asked.get("cursor"), visitor.at)
    context: dict[str, Any] = {
        "side": side,
        "sides": [(one, work.SIDES[one]) for one in sides],
        "shown": shown,
        "shows": work.SHOWN.items(),
        "body": body,
        "listed": listed,
    }
    if summary is not None:
        context["summary"] = summary
    if body:
        context["body_name"] = _name_of(context, body)
    if side == "institution" and "cursor" not in asked:
        context["undelivered"] = at_most(dead_letters(visitor.standing))
    if side == "operations" and "cursor" not in asked:
        dead, unsent = _post(visitor)
        context["undelivered"] = to_many(dead), dead > 0
        jobs = _jobs(visitor)
        failed = [row | {"label": label_of(row["kind"])} for row in jobs if row["state"] == State.FAILED]
        context |= {
            "running": _running(visitor, jobs, unsent),
            "failed_jobs": failed[: work.NAMED],
            "seal_job": next((Job(**row) for row in jobs if row["kind"] == SEAL), None),
        }
    return render(request, "desk/clocks.html", context)


def _name_of(context: dict[str, Any], ref: str) -> str:
    """Only a body of which something is listed here has a name here."""
    rows = context["listed"].rows
    if rows:
        return str(rows[0].body)
    found = next((one.name for one in context["summary"].bodies if one.ref == ref), "") if "summary" in context else ""
    return found or ref


def _running(visitor: Visitor, jobs: list[dict[str, Any]], unsent: int) -> list[tuple[Any, Any, bool]]:
    """How the service's own clocks do: when last, by which beat, what waits."""
    kept = {row.name: row for row in Pulse.objects.filter(name__in=[pulse.SWEEP, pulse.BEAT])}
    swept, beat = kept.get(pulse.SWEEP), kept.get(pulse.BEAT)
    waiting = depth()
    late = swept is None or swept.at is None or abs(visitor.at - swept.at) > LATE_SWEEP
    leads = beat is not None and beat.until is not None and beat.until > visitor.at
    return [
        (_("最近一次巡检"), swept.at if swept else _("还没有"), late),
        (_("在用的定时进程"), beat.holder if beat and leads else _("没有"), not leads),
        (_("队列中的消息"), _("无法连接") if waiting is None else waiting, waiting is None or waiting > work.ROWS),
        counted(_("巡检未及时处理的期限"), Deadline.objects.filter(next_at__lte=visitor.at - LATE_SWEEP)),
        *_counted_jobs(visitor, jobs),
        (_("应送未送的通知"), to_many(unsent), unsent > 0),
    ]


def _post(visitor: Visitor) -> tuple[int, int]:
    """How many deliveries were given up, and how many are due and not made; what has been sent is not looked at."""
    dead, due = Q(state=DeliveryState.DEAD), Q(state=DeliveryState.PENDING, next_try_at__lte=visitor.at - LATE_SWEEP)
    found = Delivery.objects.filter(dead | due).aggregate(dead=Count("pk", filter=dead), due=Count("pk", filter=due))
    return found["dead"], found["due"]


JOB = (
    "ref",
    "kind",
    "title",
    "state",
    "asked_by_id",
    "next_try_at",
    "ended_at",
    "attempts",
    "fault",
    "error",
    "summary",
)


def _jobs(visitor: Visitor) -> list[dict[str, Any]]:
    """What is under way, the longest waiting first; then what failed of late and the seals, the newest first."""
    failed = Q(state=State.FAILED, ended_at__gt=visitor.at - RECENT)
    rows = Job.objects.filter(Q(state__in=UNENDED) | failed | Q(kind=SEAL))
    return list(rows.order_by(F("ended_at").desc(nulls_first=True), "next_try_at", "pk").values(*JOB)[: 2 * MANY + 1])


def _counted_jobs(visitor: Visitor, jobs: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    """To be looked at where the first has waited for long, and where any failed of late."""
    of = {state: [row for row in jobs if row["state"] == state] for state in State}
    waiting, failed = of[State.QUEUED], of[State.FAILED]
    late = bool(waiting) and waiting[0]["next_try_at"] < visitor.at - LATE_WORK
    return [
        (_("等待办理的后台任务"), to_many(len(waiting)), late),
        (_("正在办理的后台任务"), to_many(len(of[State.RUNNING])), False),
        (_("未能完成的后台任务"), to_many(len(failed)), bool(failed)),
    ]


def counted(label: str, rows: Any) -> tuple[str, str, bool]:
    words, any_ = at_most(rows)
    return label, words, any_
