"""Entrusted review on the portal: for people without a unit, and for project leads to read."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Institution
from ethicsreview.accounts.validators import region_code
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.checks import LIMITS
from ethicsreview.documents.formats import MB
from ethicsreview.documents.storage import serve_kept
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import Refused
from reviews.models import Entrustment
from reviews.models.entrustments.entrusting import (
    centres_near,
    hand_in_agreement,
    has_unit,
    register_without_unit,
    start_entrustment,
    trustee_named,
)
from reviews.portal import history
from reviews.portal.access import Visitor, portal_page, refused_page
from reviews.portal.papers import hand_in
from reviews.portal.views.materials import UploadForm

RELATED = ("institution", "trustee__institution", "project", "document__document")


class AloneForm(forms.Form):
    region = forms.CharField(
        label=gettext_lazy("所在地区"),
        max_length=6,
        validators=[region_code],
        help_text=gettext_lazy("六位行政区划代码，如济南市为370100，成都市为510100。"),
    )


class TrusteeForm(forms.Form):
    trustee = forms.CharField(
        label=gettext_lazy("受托委员会"), max_length=200, help_text=gettext_lazy("填写委员会全称或者编号。")
    )

    def clean_trustee(self) -> Any:
        found = trustee_named(self.cleaned_data["trustee"].strip())
        if found is None:
            raise forms.ValidationError(_("没有这个名称或者编号的、运行中的审查委员会。"), code="unknown")
        return found


def without_unit_page(request: HttpRequest, form: AloneForm | None = None, status: int = 200) -> HttpResponseBase:
    form = form or AloneForm(label_suffix="")
    return render(request, "portal/without_unit.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def without_unit(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Measures 13: how somebody who belongs to no unit comes to have a project and to apply."""
    alone = _alone(visitor)
    if alone is not None:
        return redirect("portal:entrustments")
    if request.method != "POST":
        return without_unit_page(request)
    form = AloneForm(request.POST, label_suffix="")
    if not form.is_valid():
        return without_unit_page(request, form, 422)
    try:
        register_without_unit(visitor.person, region=form.cleaned_data["region"], at=visitor.at)
    except Refused as refused:
        return refused_page(request, refused)
    messages.success(request, _("已登记。可以新建项目；申请审查之前，先书面委托有能力的委员会。"))
    return redirect("portal:entrustments")


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def entrustments(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """One's own agreements, and a new one."""
    alone = _alone(visitor)
    if alone is None:
        return redirect("portal:without_unit") if not has_unit(visitor.person, visitor.at) else _none(request)
    form = TrusteeForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        trustee = form.cleaned_data["trustee"]
        return redirect(start_entrustment(alone, trustee, by=visitor.person, at=visitor.at))
    context = {
        "form": form,
        "rows": list(Entrustment.objects.filter(institution=alone).select_related("trustee").order_by("-pk")[:50]),
        "centres": centres_near(alone.region),
    }
    return render(request, "portal/entrustments.html", context, status=422 if form.errors else 200)


@require_safe
@portal_page
def entrustment(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return _draw(request, visitor, visitor.find(Entrustment, ref, *RELATED))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def upload(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Entrustment, ref, *RELATED)
    if request.method != "POST":  # read again after a refusal
        return redirect(found)
    form = hand_in(request, visitor, found, "agreement", hand_in_agreement)
    return redirect(found) if form is None else _draw(request, visitor, found, form)


@require_safe
@portal_page
def document(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return serve_kept(visitor.find(Entrustment, ref, "document__findings").document, ref)


def _alone(visitor: Visitor) -> Institution | None:
    """The unit of one that the person is, if they are."""
    bodies = visitor.standing.bodies("researcher")
    return Institution.objects.filter(pk__in=bodies, type=Institution.Type.INDIVIDUAL).first()


def _none(request: HttpRequest) -> HttpResponseBase:
    raise Http404(request.path)


def _draw(
    request: HttpRequest, visitor: Visitor, found: Entrustment, form: UploadForm | None = None
) -> HttpResponseBase:
    writes = found.state == Entrustment.State.DRAFT and "truster" in found.capacities(visitor.standing)
    context = {
        "entrustment": found,
        "lapsed": found.lapsed(visitor.at),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "form": (form or UploadForm("agreement")) if writes else None,
        "limit": LIMITS.bytes // MB,
        "history": history.of_object(found, found),
    }
    return render(request, "portal/entrustment.html", context, status=422 if form else 200)
