"""Warnings at the desk: those that one follows, one with its evidence, and the indicators with how each is watched."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk import warning_file
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.desk.warnings import RELATED, WarningFilter, chart_of, evidence_lines
from reviews.models import RiskWarning
from reviews.oversight.warnings.evidence import shown_to
from reviews.oversight.warnings.reading import follows, open_by_indicator, warnings_for, watched_by

ROWS, FINDINGS = 30, 20


@require_safe
@desk_page
def warnings(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """To who neither supervises nor answers for anything that is watched there is no such page."""
    if not follows(visitor.standing):
        raise Http404(request.path)
    chosen = WarningFilter(request.GET, visitor.standing)
    rows = warnings_for(visitor.standing, chosen.given)
    page = keyset.page(
        rows.select_related(*RELATED), by=["-raised_at", "-pk"], cursor=request.GET.get("cursor", ""), size=ROWS
    )
    context = {
        "page": page,
        "filter": chosen,
        "chart": chart_of(open_by_indicator(rows)),
        "export_url": warning_file.address(chosen, request),
    }
    return render(request, "desk/warnings.html", context)


@require_safe
@desk_page
def warning(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Whoever opens a warning about an activity looks into it, and leaves the entry of a look."""
    found: RiskWarning = visitor.find(RiskWarning, ref, *RELATED, "authority", "previous", "answered_by")
    if found.project is not None:
        visitor.looks_into(found.project)
    findings = list(found.findings.order_by("-number")[:FINDINGS])
    rows = findings[0].rows if findings else []
    shown = shown_to(rows, visitor.standing, at_desk)
    lines = evidence_lines(found, shown, supervises=visitor.supervises)
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    context = {
        "warning": found,
        "finding": findings[0] if findings else None,
        "findings": findings[1:],
        "rows": lines,
        "dated": any(line.day for line in lines),
        "noted": any(line.note for line in lines),
        "hidden": len(rows) - len(shown),
        "clock": Deadline.objects.of(found).open().soonest().first(),
        "supervises": visitor.supervises,
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/warning.html", context)


@require_safe
@desk_page
def indicators(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Every indicator, on or off, with its threshold, since when, why it is off, and its last evaluation."""
    if not follows(visitor.standing):
        raise Http404(request.path)
    return render(request, "desk/indicators.html", {"places": watched_by(visitor.standing, visitor.at)})
