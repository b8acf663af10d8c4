"""Entrusted review at the desk: proposed by a unit's officers, answered by the trustee's."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Institution, Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.checks import UploadRefused
from ethicsreview.documents.storage import serve_kept
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.desk.queue import SHORT
from reviews.desk.views.besides import common
from reviews.desk.views.steps import desk_address
from reviews.models import Entrustment, Review
from reviews.models.entrustments.entrusting import centres_near, hand_in_agreement, start_entrustment, trustee_named

ROWS = 30
RELATED = ("institution", "trustee__institution", "project", "document__document")


class NewForm(forms.Form):
    institution = forms.ChoiceField(label=gettext_lazy("委托方"))
    trustee = forms.CharField(
        label=gettext_lazy("受托委员会"), max_length=200, help_text=gettext_lazy("填写委员会全称或者编号。")
    )

    def __init__(self, data: Any, *, own: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["institution"].choices = own  # type: ignore[attr-defined]

    def clean_trustee(self) -> Any:
        found = trustee_named(self.cleaned_data["trustee"].strip())
        if found is None:
            raise forms.ValidationError(_("没有这个名称或者编号的、运行中的审查委员会。"), code="unknown")
        return found


class AgreementForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("委托书或者协议"))


@require_safe
@desk_page
def entrustments(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Those that one's unit gave, and those that one's committee was given."""
    rows = at_desk(Entrustment, visitor.standing).select_related("institution", "trustee")
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    lapsed = {one.pk for one in page.rows if one.lapsed(visitor.at)}
    return render(request, "desk/entrustments.html", {"page": page, "lapsed": lapsed, "may_begin": bool(_own(visitor))})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = _own(visitor)
    if not own:
        raise Http404(request.path)
    form = NewForm(request.POST or None, own=[(unit.ref, unit.name) for unit in own])
    if request.method == "POST" and form.is_valid():
        unit = next(one for one in own if one.ref == form.cleaned_data["institution"])
        try:
            made = start_entrustment(unit, form.cleaned_data["trustee"], by=visitor.person, at=visitor.at)
        except Refused as refused:
            form.add_error("trustee", [str(refusal) for refusal in refused.refusals])
        else:
            return redirect(desk_address(made))
    context = {"form": form, "centres": centres_near(own[0].region)}
    return render(request, "desk/entrustment_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def entrustment(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """One agreement; while it is written, its paper is handed in here."""
    found = visitor.find(Entrustment, ref, *RELATED)
    writes = found.state == Entrustment.State.DRAFT and "truster" in found.capacities(visitor.standing)
    form = AgreementForm(request.POST or None, request.FILES or None) if writes else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            kept = hand_in_agreement(found, form.cleaned_data["file"], by=visitor.person, at=visitor.at)
        except UploadRefused as refused:
            form.add_error("file", refused)
        else:
            messages.success(request, _("已上传“%(name)s”。") % {"name": kept.name})
            return redirect(request.path)
    reviews = at_desk(Review, visitor.standing).filter(entrustment=found).select_related("project").order_by("-pk")
    context = common(visitor, found) | {
        "entrustment": found,
        "lapsed": found.lapsed(visitor.at),
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "reviews": list(reviews[:SHORT]),
        "form": form,
    }
    return render(request, "desk/entrustment.html", context, status=422 if form is not None and form.errors else 200)


@require_safe
@desk_page
def document(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return serve_kept(visitor.find(Entrustment, ref, "document__findings").document, ref)


def _own(visitor: Visitor) -> list[Institution]:
    bodies = visitor.standing.bodies(Role.INSTITUTION_OFFICER)
    return list(Institution.objects.filter(pk__in=bodies, is_active=True).order_by("name")[:SHORT])
