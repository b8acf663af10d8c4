"""The register of re-check experts: the list, a new one, and one with its steps."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from committees.enrolling import enrol
from committees.expert_forms import EnrolForm
from committees.kinds import Category
from committees.models import Expert
from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, desk_page

ROWS = 30


@require_safe
@desk_page
def experts(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not visitor.keeps_experts:
        raise Http404(request.path)
    rows: Any = Expert.objects.visible_to(visitor.standing).filter(state=Expert.State.ACTIVE)
    category = request.GET.get("category", "")
    if category in Category.values:
        rows = rows.filter(category=category)
    rows = rows.select_related("appointment__person", "authority", "institution")
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "category": category,
        "categories": Category.choices,
        "may_enter": visitor.standing.holds(Role.REGULATOR),
    }
    return render(request, "desk/experts.html", context)


class EntryForm(EnrolForm):
    authority = forms.ModelChoiceField(
        label=_("主管部门"), queryset=Authority.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["authority", *EnrolForm.field_order]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def enter(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = Authority.objects.filter(pk__in=visitor.standing.bodies(Role.REGULATOR)).order_by("name", "pk")
    if not own:
        raise Http404(request.path)
    form = EntryForm(request.POST or None)
    form.fields["authority"].queryset = own  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["fields"] = given.pop("fields_known")
        try:
            made = enrol(given.pop("authority"), by=visitor.person, at=visitor.at, **given)
        except Refused as refused:
            form.add_error("person", [str(refusal) for refusal in refused.refusals])
        else:
            messages.success(request, _("已列入复核专家库。"))
            return redirect(made)
    return render(request, "desk/expert_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@desk_page
def expert(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Expert, ref, "appointment__person", "authority", "institution")
    context = {
        "expert": found,
        "trainings": found.trainings.all(),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/expert.html", context)
