"""Annual reports at the desk: the list by year, and one with its figures, its words, what it sums up, its papers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from committees.kinds import CommitteeState
from committees.models import Committee
from committees.receipts import reported_year
from committees.timing import REPORT
from ethicsreview.accounts.regions import territory_prefix
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import AnnualReport
from reviews.models.annual.kinds import HANDED_IN, AnnualState, Level, label_of
from reviews.models.annual.lettering import SHOWN, told_figures
from reviews.models.annual.report import WORDS

ROWS, YEARS, NAMED = 30, 6, 50
HEAVY = ("figures", "parts", "groups", *WORDS, "reason")


@require_safe
@desk_page
def annual_reports(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Those of one year, the last that is over unless another is asked for."""
    last = law_day(visitor.at).year - 1
    years = [str(last - number) for number in range(YEARS)]
    year, state = request.GET.get("year", ""), request.GET.get("state", "")
    year = year if year in years else years[0]
    rows = at_desk(AnnualReport, visitor.standing).filter(year=int(year))
    if state in AnnualState.values:
        rows = rows.filter(state=state)
    page = keyset.page(
        rows.select_related("body", "institution").defer(*HEAVY),
        by=["region", "pk"],
        cursor=request.GET.get("cursor", ""),
        size=ROWS,
    )
    context = {
        "page": page,
        "rows": _with_clocks(page.rows, int(year)),
        "year": year,
        "years": years,
        "state": state,
        "states": [("", ""), *AnnualState.choices],
    }
    return render(request, "desk/annual_reports.html", context)


def _with_clocks(reports: list[AnnualReport], year: int) -> list[tuple[AnnualReport, Any]]:
    """Each with when it is due. A committee's own clock hangs on the committee, and is that of one year."""
    refs = [one.body.ref for one in reports if one.level == Level.COMMITTEE and one.state not in HANDED_IN]
    clocks = Deadline.objects.open().filter(object_kind=Committee.noun, object_ref__in=refs, kind=REPORT)
    due = {clock.object_ref: clock for clock in clocks if reported_year(clock.due_at) == year}
    return [(one, one.next_due_at or due.get(one.body.ref)) for one in reports]


@require_safe
@desk_page
def annual_report(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: AnnualReport = visitor.find(AnnualReport, ref, "body", "institution", "receiver", "signer")
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    context = {
        "report": found,
        "figures": told_figures(found),
        "texts": [
            (AnnualReport._meta.get_field(name).verbose_name, getattr(found, name)) for name in found.words_asked
        ],
        "group_heads": [label_of(name) for name in SHOWN],
        "groups": [(one["name"], [one["figures"].get(name, 0) for name in SHOWN]) for one in found.groups],
        "missing": _missing(found) if found.level != Level.COMMITTEE else None,
        "letters": Letter.objects.of(found.noun, found.ref).order_by("-pk"),
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/annual_report.html", context)


def _missing(report: AnnualReport) -> dict[str, Any]:
    """The committees of the territory whose report has not come in: how many, and the first of them by name."""
    there = AnnualReport.objects.of_year(report.year).filter(state__in=HANDED_IN).values("body")
    rows = Committee.objects.filter(
        state=CommitteeState.ACTIVE,
        region__startswith=territory_prefix(report.region),
        set_up_on__year__lte=report.year,
    ).exclude(pk__in=there)
    return {"number": rows.count(), "named": rows.order_by("region", "name", "pk")[:NAMED]}


@require_safe
@desk_page
def paper(request: HttpRequest, visitor: Visitor, ref: str, letter: str) -> HttpResponseBase:
    found: AnnualReport = visitor.find(AnnualReport, ref)
    kept = Letter.objects.of(found.noun, found.ref).filter(ref=letter).first()
    if kept is None:
        raise Http404(letter)
    return serve(kept)
