"""Ethics records 科技伦理记录 at the desk: a question with its purpose, and what was answered. For managers alone."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import RecordLookup
from reviews.models.programmes.forms import LookupForm
from reviews.models.programmes.lookup import look_up, ordered

ROWS = 30


class AskForm(LookupForm):
    authority = forms.ModelChoiceField(
        label=gettext_lazy("查询部门"), queryset=Authority.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["authority", *LookupForm.base_fields]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def lookups(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not visitor.looks_up_records:
        raise Http404(request.path)
    form = AskForm(request.POST or None)
    own = Authority.objects.filter(pk__in=visitor.standing.bodies(Role.PROGRAMME_MANAGER))
    form.fields["authority"].queryset = own.order_by("name", "pk")  # type: ignore[attr-defined]
    refusals: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            return redirect(look_up(given.pop("authority"), by=visitor.person, at=visitor.at, **given))
        except Refused as refused:
            refusals = refused.refusals
    rows = at_desk(RecordLookup, visitor.standing).select_related("asked_by")
    context = {
        "form": form,
        "refusals": refusals,
        # Said before the form is filled in, not when it is sent.
        "unordered": [one.name for one in own.order_by("name", "pk") if not ordered(one, visitor.at)],
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
    }
    status = 409 if refusals else 422 if form.errors else 200
    return render(request, "desk/record_lookups.html", context, status=status)


@require_safe
@desk_page
def lookup(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: RecordLookup = visitor.find(RecordLookup, ref, "authority", "asked_by")
    return render(request, "desk/record_lookup.html", {"lookup": found})
