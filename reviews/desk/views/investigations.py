"""Investigations at the desk: the list, a new one, one with its evidence, its respondents and what they are given."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Body
from ethicsreview.documents.checks import ACCEPT, LIMITS, UploadRefused
from ethicsreview.documents.formats import MB
from ethicsreview.documents.storage import serve, store
from ethicsreview.lifecycle.door import open_steps, perform, step_view
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import Complainant, Complaint, Investigation, Respondent, Sanction
from reviews.models.complaints.handling import HANDLING
from reviews.models.complaints.kinds import offence_name
from reviews.models.idempotency import TAKEN_MEANWHILE, KeyReused, form_key, once_by_form
from reviews.models.investigations.forms import EVIDENCE, OpenForm
from reviews.models.investigations.kinds import EvidenceKind
from reviews.models.investigations.opening import open_by_own_motion

ROWS = 30
# Taken on a page of its own, which alone shows what it is about.
APART = frozenset({"reveal", "enter_evidence"})


@require_safe
@desk_page
def investigations(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not visitor.investigates and not visitor.named_to_investigate:
        raise Http404(request.path)
    state = request.GET.get("state", "")
    rows = at_desk(Investigation, visitor.standing).select_related("handler")
    if state in Investigation.State.values:
        rows = rows.filter(state=state)
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "state": state,
        "states": Investigation.State.choices,
        "may_open": visitor.standing.holds(*HANDLING),
    }
    return render(request, "desk/investigations.html", context)


class EntryForm(OpenForm):
    body = forms.ModelChoiceField(
        label=_("调查单位"), queryset=Body.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["body", *OpenForm.base_fields]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = Body.objects.filter(pk__in=visitor.standing.bodies(*HANDLING)).order_by("name", "pk")
    if not own:
        raise Http404(request.path)
    form = EntryForm(request.POST or None)
    form.fields["body"].queryset = own  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        made = open_by_own_motion(given.pop("body"), by=visitor.person, at=visitor.at, **given)
        messages.success(request, _("已立案。请指定调查人员，登记被调查人。"))
        return redirect(made)
    return render(request, "desk/investigation_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@desk_page
def investigation(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Investigation = visitor.find(Investigation, ref, "handler", "joint", "complaint")
    steps = open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing)
    names = {view.name for view in steps}
    context = {
        "investigation": found,
        "complaint": found.complaint and at_desk(Complaint, visitor.standing).filter(pk=found.complaint.pk).first(),
        "investigators": found.investigators.select_related("person").order_by("pk"),
        "respondents": found.respondents.order_by("pk"),
        "evidence": found.evidence.select_related("version", "entered_by"),
        "transfers": found.transfers.all(),
        "entries": _entries(found),
        "steps": [view for view in steps if view.name not in APART],
        "may_reveal": "reveal" in names and found.complaint is not None and not found.complaint.anonymous,
        "may_enter": "enter_evidence" in names,
    }
    return render(request, "desk/investigation.html", context)


class UploadEvidenceForm(forms.Form):
    kind = forms.ChoiceField(label=_("种类"), choices=EvidenceKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("名称"), max_length=200)
    text = forms.CharField(label=_("内容"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 6}))
    file = forms.FileField(label=_("文件"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPT}))
    earlier = forms.ChoiceField(
        label=_("是哪份证据的新版本"), required=False, help_text=_("新的材料不用选择；旧版本保留。")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def upload(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """A piece of evidence, with its file: stored, and entered by its step. Sent twice, it is one."""
    found: Investigation = visitor.find(Investigation, ref, "handler", "joint", "complaint")
    if "investigator" not in found.capacities(visitor.standing):
        raise NotPermitted(str(_("登记证据")), ["investigator"])
    form = UploadEvidenceForm(request.POST or None, request.FILES or None, label_suffix="")
    kept = found.evidence.exclude(version=None).select_related("version__document")
    papers = {one.version.document.ref: one for one in kept}
    earlier: Any = form.fields["earlier"]
    earlier.choices = [("", _("新的材料")), *((key, str(one)) for key, one in papers.items())]
    refusals: Any = ()

    @transaction.atomic
    def do() -> str:
        _enter(found, visitor, dict(form.cleaned_data), papers)
        return found.get_absolute_url()

    if request.method == "POST" and form.is_valid():
        try:
            answer = once_by_form(visitor.person, request.path, request.POST, at=visitor.at, do=do, files=request.FILES)
        except KeyReused:
            form.add_error(None, str(TAKEN_MEANWHILE))
        except UploadRefused as refused:
            form.add_error("file", refused)
        except InvalidInput as wrong:
            for name, told in wrong.errors.items():
                form.add_error(name if name in form.fields else None, told)
        except Refused as refused:
            refusals = refused.refusals
        else:
            if answer.replayed:
                messages.info(request, _("这份表单已经提交过，没有重复办理。"))
            else:
                messages.success(request, _("证据已登记。"))
            return redirect(answer.text)
    context = {"investigation": found, "form": form, "limit": LIMITS.bytes // MB, "refusals": refusals}
    context["once"] = form_key(found, "enter_evidence")
    status = 409 if refusals else 422 if form.errors else 200
    return render(request, "desk/investigation_upload.html", context, status=status)


def _enter(found: Investigation, visitor: Visitor, given: dict[str, Any], papers: dict[str, Any]) -> None:
    file, earlier = given.pop("file"), given.pop("earlier")
    if file is not None:
        document = papers[earlier].version.document if earlier else None
        kept = store(document, file, by=visitor.person, at=visitor.at, title=given["title"], kind=EVIDENCE)
        given["document"] = kept.document.ref
    perform(found, "enter_evidence", given, by=visitor.person, at=visitor.at)


@require_safe
@desk_page
def evidence(request: HttpRequest, visitor: Visitor, ref: str, number: int) -> HttpResponseBase:
    found: Investigation = visitor.find(Investigation, ref)
    rows = found.evidence.filter(version__isnull=False).select_related("version__findings")
    return serve(get_object_or_404(rows, number=number).version)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def complainant(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Who complained, once its reason is on record; shown in this answer alone, and asked for anew each time."""
    found: Investigation = visitor.find(Investigation, ref, "handler", "joint", "complaint")
    data = request.POST if request.method == "POST" else None
    view = step_view(found, "reveal", visitor.person, at=visitor.at, standing=visitor.standing, data=data)
    context: dict[str, Any] = {"investigation": found, "form": view.form, "refusals": view.refusals}
    status = 409 if view.refusals else 200
    if data is not None and not view.refusals:
        try:
            perform(found, "reveal", {"reason": data.get("reason", "")}, by=visitor.person, at=visitor.at)
        except InvalidInput:
            status = 422
        else:
            kept = Complainant.objects.get(complaint=found.complaint_id)
            context |= {"shown": True, "identity": kept.identity}
    return render(request, "desk/investigation_complainant.html", context, status=status)


@require_safe
@desk_page
def respondent(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Respondent = visitor.find(Respondent, ref, "investigation__handler", "person", "body")
    at, region = visitor.at, found.investigation.region
    context = {
        "respondent": found,
        "findings": [(one, offence_name(one.offence, at, region)) for one in found.findings.all()],
        "sanctions": at_desk(Sanction, visitor.standing).filter(respondent=found).order_by("pk"),
        "entries": _entries(found),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/respondent.html", context)


@require_safe
@desk_page
def sanction(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    related = ("respondent__investigation__handler", "respondent__person", "respondent__body")
    found: Sanction = visitor.find(Sanction, ref, *related, "proposed_by", "decided_by")
    context = {
        "sanction": found,
        "entries": _entries(found),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/sanction.html", context)


def _entries(found: Lifecycle) -> list[tuple[Entry, str]]:
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    return [(entry, step_name(entry.object_kind, entry.step)) for entry in entries]
