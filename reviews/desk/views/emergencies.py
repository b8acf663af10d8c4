"""Emergencies at the desk: the list, a new one, and one with its steps and, in figures, what came of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.accounts.regions import named_regions
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import InvalidInput
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.desk.emergencies import figures, reviews_of
from reviews.models import EmergencyEvent
from reviews.models.emergencies import declaring
from reviews.models.emergencies.forms import DeclareForm

ROWS = 30


@require_safe
@desk_page
def events(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Those of the territories in which the visitor works or supervises; the running ones, or those that are over."""
    state = request.GET.get("state", "")
    state = state if state in EmergencyEvent.State.values else EmergencyEvent.State.ACTIVE
    rows = at_desk(EmergencyEvent, visitor.standing).filter(state=state).select_related("authority")
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "state": state,
        "states": EmergencyEvent.State.choices,
        "may_declare": visitor.standing.holds(Role.REGULATOR),
    }
    return render(request, "desk/emergency_events.html", context)


class EntryForm(DeclareForm):
    authority = forms.ModelChoiceField(
        label=_("宣布部门"), queryset=Authority.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["authority", *DeclareForm.base_fields]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def declare(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = Authority.objects.filter(pk__in=visitor.standing.bodies(Role.REGULATOR)).order_by("name", "pk")
    if not own:
        raise Http404(request.path)
    form = EntryForm(request.POST or None, initial={"region": own[0].region})
    form.fields["authority"].queryset = own  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        try:
            made = declaring.declare(given.pop("authority"), by=visitor.person, at=visitor.at, **given)
        except InvalidInput as wrong:
            for name, told in wrong.errors.items():
                form.add_error(name, told)
        else:
            messages.success(request, _("已宣布，并通知辖区内的委员会。"))
            return redirect(made)
    context = {"form": form, "regions": named_regions(own[0].region)}
    return render(request, "desk/emergency_event_new.html", context, status=422 if form.errors else 200)


@require_safe
@desk_page
def event(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(EmergencyEvent, ref, "authority")
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    context = {
        "event": found,
        "in_force": found.is_in_force(visitor.at),
        "figures": figures(found, visitor),
        "reviews": reviews_of(found, visitor),
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/emergency_event.html", context)
