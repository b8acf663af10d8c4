"""Training plans at the desk: the list, a new one, and one with its sessions, who came and who is still wanting."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from committees.kinds import Audience
from committees.models import TrainingPlan, TrainingSession
from committees.models.training_plan import organisers, plan_training
from committees.training_forms import TrainingPlanForm
from ethicsreview.accounts.models import Body
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.checks import UploadRefused
from ethicsreview.documents.storage import serve, store
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import InvalidInput
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page

ROWS, NAMED = 30, 100


@require_safe
@desk_page
def plans(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    rows = at_desk(TrainingPlan, visitor.standing).select_related("organiser")
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "may_plan": organisers(visitor.standing).exists(),
    }
    return render(request, "desk/training_plans.html", context)


class EntryForm(TrainingPlanForm):
    organiser = forms.ModelChoiceField(
        label=_("组织者"), queryset=Body.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["organiser", *TrainingPlanForm.base_fields]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = organisers(visitor.standing)
    if not own:
        raise Http404(request.path)
    form = EntryForm(request.POST or None)
    form.fields["organiser"].queryset = own  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        try:
            made = plan_training(given.pop("organiser"), by=visitor.person, at=visitor.at, **given)
        except InvalidInput as wrong:
            for name, told in wrong.errors.items():
                form.add_error(name, told)
        else:
            messages.success(request, _("计划已拟订。通知后，应参加的人员才能看到。"))
            return redirect(made)
    return render(request, "desk/training_plan_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@desk_page
def plan(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: TrainingPlan = visitor.find(TrainingPlan, ref, "organiser")
    organises = bool(found.capacities(visitor.standing))
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    context = {
        "plan": found,
        "audience": [str(Audience(one).label) for one in found.audience if one in Audience.values],
        "organises": organises,
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    if organises:
        # Who came is for whoever organises it.
        expected = found.expected(law_day(visitor.at))
        missing = expected.exclude(pk__in=found.attended().values("pk"))
        context |= {
            "sessions": found.sessions.select_related("certificate").prefetch_related("attendances__person"),
            "expected": expected.count(),
            "missing": missing.order_by("name", "pk")[:NAMED],
            "missing_number": missing.count(),
        }
    return render(request, "desk/training_plan.html", context)


class CertificateForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=300)
    file = forms.FileField(label=_("文件"), help_text=_("签到表、证书等；上传后进入“登记一次培训”。"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def upload(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """What proves a session, before the step that enters it. Alone it belongs to nothing."""
    found: TrainingPlan = visitor.find(TrainingPlan, ref, "organiser")
    if "trainer" not in found.capacities(visitor.standing):
        raise Http404(ref)
    form = CertificateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            file, title = form.cleaned_data["file"], form.cleaned_data["title"]
            kept = store(None, file, by=visitor.person, at=visitor.at, title=title, kind="training_certificate")
        except UploadRefused as refused:
            form.add_error("file", refused)
        else:
            messages.success(request, _("文件已上传，请填写培训情况。"))
            step = reverse("desk:step", args=["training-plans", found.ref, "hold"])
            return redirect(f"{step}?document={kept.document.ref}")
    status = 422 if form.errors else 200
    return render(request, "desk/training_certificate.html", {"plan": found, "form": form}, status=status)


@require_safe
@desk_page
def certificate(request: HttpRequest, visitor: Visitor, ref: str, pk: int) -> HttpResponseBase:
    found: TrainingPlan = visitor.find(TrainingPlan, ref, "organiser")
    if not found.capacities(visitor.standing):
        raise Http404(ref)
    sessions = TrainingSession.objects.filter(plan=found, pk=pk).select_related("certificate__findings")
    session = sessions.first()
    if session is None or session.certificate is None:
        raise Http404(str(pk))
    return serve(session.certificate)
