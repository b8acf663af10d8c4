"""Samples at the desk: the plans, a new one, one with its population, draw and results, and each case drawn."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import SampleItem, SamplingPlan
from reviews.models.sampling import planning
from reviews.models.sampling.forms import PlanForm
from reviews.models.sampling.kinds import UNSETTLED
from reviews.models.sampling.organising import ordered, others_organise
from reviews.models.sampling.population import frozen_units, stratum_name
from reviews.models.sampling.results import Row, results_of, whole
from reviews.oversight.sampling.export import export

ROWS, WIDTH = 30, 200
FROZEN = frozenset({"frozen", "drawn", "closed"})


@require_safe
@desk_page
def plans(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Of the departments that the visitor works in or supervises; to who supervises nothing there is no such page."""
    if not visitor.supervises:
        raise Http404(request.path)
    rows = at_desk(SamplingPlan, visitor.standing).select_related("authority")
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "may_plan": visitor.standing.holds(Role.REGULATOR),
    }
    return render(request, "desk/sampling_plans.html", context)


class EntryForm(PlanForm):
    authority = forms.ModelChoiceField(
        label=_("组织部门"), queryset=Authority.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["authority", *PlanForm.base_fields]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = Authority.objects.filter(pk__in=visitor.standing.bodies(Role.REGULATOR)).order_by("name", "pk")
    if not own:
        raise Http404(request.path)
    form = EntryForm(request.POST or None)
    form.fields["authority"].queryset = own  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        made = planning.plan_sample(given.pop("authority"), by=visitor.person, at=visitor.at, **given)
        messages.success(request, _("计划已拟订。公布计划和种子后，才能固定总体。"))
        return redirect(made)
    # Said before the form is filled in, not when it is to be published.
    unordered = [one.name for one in own if not ordered(one, visitor.at)]
    elsewhere = [(one.name, refusal) for one in own if (refusal := others_organise(one, visitor.at))]
    context = {"form": form, "unordered": unordered, "elsewhere": elsewhere}
    return render(request, "desk/sampling_plan_new.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Drawing:
    """An interval on a line of WIDTH, and in percent to read."""

    row: Row
    low: str
    share: str
    high: str
    x_low: float
    x_share: float
    x_high: float


def _drawn(row: Row) -> Drawing | None:
    if row.interval is None:
        return None
    values = (row.interval.low, row.interval.share, row.interval.high)
    low, share, high = (f"{value * 100:.1f}%" for value in values)
    return Drawing(row, low, share, high, *(round(value * WIDTH, 1) for value in values))


@require_safe
@desk_page
def plan(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: SamplingPlan = visitor.find(SamplingPlan, ref, "authority")
    rows = results_of(found)
    items = at_desk(SampleItem, visitor.standing).filter(plan=found).select_related("project", "committee")
    waiting_first = Case(When(state__in=UNSETTLED, then=0), default=1, output_field=IntegerField())
    shown = Paginator(items.order_by(waiting_first, "pk"), ROWS).get_page(request.GET.get("page"))
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    total = whole(found, rows)
    context = {
        "plan": found,
        "sizes": [(stratum_name(found, name), one["of"], one["take"]) for name, one in sorted(found.sizes.items())],
        "results": [(row, _drawn(row)) for row in rows],
        "total": (total, _drawn(total)) if total and len(rows) > 1 else None,
        "items": shown,
        "exportable": found.state in FROZEN,
        "repeated": _repeated(found) if request.GET.get("repeat") and found.drawn_at else None,
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/sampling_plan.html", context)


def _repeated(found: SamplingPlan) -> bool:
    """Whether seed and population draw again what was drawn."""
    kept = [(one.case.ref, one.ticket) for one in found.items.order_by("pk").select_related("review", "exemption")]
    return kept == [(one.unit.ref, one.ticket) for one in found.drawn_again(frozen_units(found))]


@require_safe
@desk_page
def package(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The seed, the frozen population and what was drawn, with the script that repeats the draw."""
    found: SamplingPlan = visitor.find(SamplingPlan, ref, "authority")
    if found.state not in FROZEN:
        raise Http404(ref)
    response = HttpResponse(export(found), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="sample-{found.ref}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@desk_page
def item(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Whoever opens a case that was drawn looks into it, and leaves the entry of a look."""
    found: SampleItem = visitor.find(SampleItem, ref, *RELATED)
    visitor.looks_into(found.case)
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    context = {
        "item": found,
        "stratum": stratum_name(found.plan, found.stratum),
        "of_department": bool(found.capacities(visitor.standing) & {"regulator", "operator"}),
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/sample_item.html", context)


RELATED = ("plan__authority", "project__institution", "committee", "review__project", "exemption__project")
