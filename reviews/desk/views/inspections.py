"""Inspections at the desk: the list, a new one, one with its checklist, each thing to be put right, their papers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.checks import LIMITS
from ethicsreview.documents.formats import MB
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.door import open_steps, step_view
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.desk.inspections import NotTaken, checklist_of, take_with_files, with_files
from reviews.models import Inspection, InspectionPaper, Investigation, Rectification
from reviews.models.idempotency import TAKEN_MEANWHILE, KeyReused, form_key, once_by_form
from reviews.models.inspections import checklist
from reviews.models.inspections.forms import PlanForm
from reviews.models.inspections.kinds import SHOWN, UNDER_WAY
from reviews.models.inspections.planning import plan_inspection
from reviews.models.investigations.kinds import Origin
from reviews.oversight.looks import SUBJECT as LOOKS
from reviews.oversight.looks import latest_looks

ROWS, MOST_ENTRIES = 30, 100
RELATED = ("authority", "institution", "committee")
UNSETTLED, EVERY = "open", "all"
# Taken on a page of its own, with its files.
APART = frozenset({"enter_finding", "answer"})


@require_safe
@desk_page
def inspections(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """To who neither inspects nor answers for anybody inspected there is no such page."""
    if not visitor.follows_inspections:
        raise Http404(request.path)
    state = request.GET.get("state", UNSETTLED)
    rows = at_desk(Inspection, visitor.standing).select_related(*RELATED)
    if state in Inspection.State.values:
        rows = rows.filter(state=state)
    elif state != EVERY:
        state, rows = UNSETTLED, rows.filter(state__in=UNDER_WAY)
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "state": state,
        "states": [(UNSETTLED, _("未办结")), (EVERY, _("全部")), *Inspection.State.choices],
        "may_plan": visitor.standing.holds(Role.REGULATOR),
    }
    return render(request, "desk/inspections.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = Authority.objects.filter(pk__in=visitor.standing.bodies(Role.REGULATOR)).order_by("name", "pk")
    if not own:
        raise Http404(request.path)
    chosen = request.POST.get("authority") or request.GET.get("authority", "")
    authority = next((one for one in own if one.ref == chosen), own[0])
    form = PlanForm(request.POST or None, authority=authority, at=visitor.at)
    if len(own) > 1:
        # What may be inspected, and on which ground, is the chosen department's.
        fields: Any = form.fields
        fields["authority"] = forms.ModelChoiceField(
            label=_("组织检查的部门"), queryset=own, to_field_name="ref", empty_label=None, initial=authority.ref
        )
        form.order_fields(["authority"])
    refusals: Any = ()
    if request.method == "POST" and form.is_valid():
        terms = {name: value for name, value in form.terms().items() if name != "authority"}
        try:
            made = plan_inspection(authority, by=visitor.person, at=visitor.at, **terms)
        except Refused as refused:
            refusals = refused.refusals
        else:
            messages.success(request, _("检查已计划。请确定检查组，再通知被检查单位。"))
            return redirect(made)
    status = 409 if refusals else 422 if form.errors else 200
    return render(request, "desk/inspection_new.html", {"form": form, "refusals": refusals}, status=status)


@require_safe
@desk_page
def inspection(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Inspection = visitor.find(Inspection, ref, *RELATED, "commented_by")
    steps = open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing)
    inside = found.seen_from_inside(visitor.standing)
    names = {one.key: one.text for one in found.items()}
    grounds = {key: text for key, text, _cite in checklist.grounds(found.planned_at, found.region)}
    seen = latest_looks(found) if inside else []
    context = {
        "inspection": found,
        "ground": grounds.get(found.ground, found.ground),
        "themes": [name for key, name in checklist.themes() if key in found.themes],
        "inspectors": found.inspectors.select_related("person").order_by("pk"),
        "checklist": checklist_of(found) if inside or found.state in SHOWN else [],
        "rectifications": [
            (one, names.get(one.finding.item, one.finding.item))
            for one in found.rectifications.select_related("finding").order_by("number")
        ],
        "referred": at_desk(Investigation, visitor.standing).filter(origin=Origin.INSPECTION, origin_ref=found.ref),
        "clocks": Deadline.objects.of(found).open().soonest(),
        "entries": _entries(found) if inside else [],
        "steps": [view for view in steps if view.name not in APART],
        "may_enter": any(view.name == "enter_finding" for view in steps),
        "inside": inside,
        "looks": seen,
        "looked": seen[0][0].seq if seen else 0,
    }
    return render(request, "desk/inspection.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def find(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """What was found of one item, with its evidence."""
    found: Inspection = visitor.find(Inspection, ref, *RELATED)
    context = {"back": found.get_absolute_url(), "subject": found}
    # No item's key is as long as this; what somebody typed into the address may be.
    item = request.GET.get("item", "")[:60]
    return _upload(request, visitor, found, "enter_finding", context, item=item)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def answer(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """What was put right, with its proof."""
    found: Rectification = visitor.find(Rectification, ref, *(f"inspection__{one}" for one in RELATED), "finding")
    return _upload(request, visitor, found, "answer", {"back": found.get_absolute_url(), "subject": found})


def _upload(
    request: HttpRequest, visitor: Visitor, found: Lifecycle, name: str, context: dict[str, Any], *, item: str = ""
) -> HttpResponseBase:
    """The same form sent twice is taken once. Of each item there is a form: findings on two, written side by side, are
    two.
    """
    view = step_view(found, name, visitor.person, at=visitor.at, standing=visitor.standing)
    form = with_files(view.form)
    refusals: Any = view.refusals
    status = 200
    if request.method == "POST":
        form.data, form.files, form.is_bound = request.POST, request.FILES, True

        @transaction.atomic
        def do() -> str:
            take_with_files(found, name, form, request, visitor, str(found))
            return found.get_absolute_url()

        try:
            answer = once_by_form(visitor.person, request.path, request.POST, at=visitor.at, do=do, files=request.FILES)
        except KeyReused:
            form.add_error(None, str(TAKEN_MEANWHILE))
            status = 409
        except NotTaken as answered:
            refusals = answered.refusals or refusals
            status = 409 if refusals else 422
        else:
            if answer.replayed:
                messages.info(request, _("这份表单已经提交过，没有重复办理。"))
            else:
                messages.success(request, _("“%(step)s”已办理。") % {"step": view.label})
            return redirect(answer.text)
    elif item:
        form.initial = {**form.initial, "item": item}
    context |= {"view": view, "form": form, "refusals": refusals, "limit": LIMITS.bytes // MB}
    context["once"] = f"{form_key(found, name)}:{item}"
    return render(request, "desk/inspection_upload.html", context, status=status)


@require_safe
@desk_page
def paper(request: HttpRequest, visitor: Visitor, ref: str, pk: int) -> HttpResponseBase:
    """Evidence, once whoever is inspected may read what was found; or proof that something was put right."""
    found: Inspection = visitor.find(Inspection, ref, *RELATED)
    rows = InspectionPaper.objects.filter(Q(finding__inspection=found) | Q(answer__rectification__inspection=found))
    if not found.seen_from_inside(visitor.standing) and found.state not in SHOWN:
        raise Http404(request.path)
    return serve(get_object_or_404(rows.select_related("version__findings"), pk=pk).version)


@require_safe
@desk_page
def rectification(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Rectification = visitor.find(Rectification, ref, *(f"inspection__{one}" for one in RELATED), "finding")
    steps = open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing)
    context = {
        "rectification": found,
        "inspection": found.inspection,
        "evidence": found.finding.papers.select_related("version"),
        "answers": found.answers.select_related("entered_by").prefetch_related("papers__version"),
        "entries": _entries(found),
        "steps": [view for view in steps if view.name not in APART],
        "may_answer": any(view.name == "answer" for view in steps),
    }
    return render(request, "desk/rectification.html", context)


def _entries(found: Lifecycle) -> list[tuple[Entry, str]]:
    """What was done. Who looked is told beside it, and counts among no steps."""
    of_it = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref)
    entries = of_it.exclude(chain__subject_kind=LOOKS).defer("facts").order_by("-seq")
    return [(entry, step_name(entry.object_kind, entry.step)) for entry in entries[:MOST_ENTRIES]]
