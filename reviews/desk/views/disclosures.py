"""Disclosures at the desk: those of one's departments, a new one, and one with its sources and its steps."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import Disclosure
from reviews.models.disclosures import sources
from reviews.models.disclosures.drafting import draft
from reviews.models.disclosures.forms import DraftForm
from reviews.models.disclosures.kinds import MENTIONED, OPEN

ROWS, VERSIONS = 30, 20


@require_safe
@desk_page
def disclosures(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """To who supervises nothing there is no such page."""
    if not visitor.supervises:
        raise Http404(request.path)
    state = request.GET.get("state", "")
    state = state if state in Disclosure.State.values else ""
    rows = at_desk(Disclosure, visitor.standing).select_related("authority")
    rows = rows.filter(state=state) if state else rows
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "state": state,
        "states": Disclosure.State.choices,
        "may_draft": visitor.standing.holds(Role.REGULATOR),
    }
    return render(request, "desk/disclosures.html", context)


class EntryForm(DraftForm):
    authority = forms.ModelChoiceField(
        label=_("披露部门"), queryset=Authority.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["authority", *DraftForm.base_fields]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = Authority.objects.filter(pk__in=visitor.standing.bodies(Role.REGULATOR)).order_by("name", "pk")
    if not own:
        raise Http404(request.path)
    form = EntryForm(request.POST or None, standing=visitor.standing)
    form.fields["authority"].queryset = own  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        made = draft(given.pop("authority"), by=visitor.person, at=visitor.at, **given)
        messages.success(request, _("已草拟。提请批准后，由本部门另一人批准发布。"))
        return redirect(made)
    return render(request, "desk/disclosure_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@desk_page
def disclosure(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Disclosure = visitor.find(Disclosure, ref, "authority", "corrects", "first", "written_by", "approved_by")
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    seen = found.sources_seen_by(visitor.standing)
    told = found.mentions(visitor.standing) if found.state in OPEN else []
    context = {
        "disclosure": found,
        "sources": [(sources.called(one), reverse(f"desk:{one.noun}", args=[one.ref])) for one in seen.values()],
        "hidden": len(found.sources) - len(seen),
        "mentions": [MENTIONED[one.kind] % {"text": one.text} for one in told],
        "corrections": found.corrections.order_by("-pk")[:VERSIONS],
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/disclosure.html", context)
