"""Follow-ups and reports as the project's people write and follow them. One set of pages for both."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.checks import LIMITS, UploadRefused
from ethicsreview.documents.formats import MB
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.door import StepView, open_steps, perform, step_view
from ethicsreview.lifecycle.drafts import keep_draft
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.lifecycle.registry import collections
from reviews.models import FollowUp, Project, Review
from reviews.models.following.contents import Asked
from reviews.models.following.filing import Filed
from reviews.models.following.reporting import hand_in_paper, start_report, take_back_paper
from reviews.portal import history
from reviews.portal.access import OWN_SIDE, Visitor, closed, portal_page, refused_page
from reviews.portal.keeping import Conflict, keep, token
from reviews.portal.views.autosave import autosaved, shown
from reviews.portal.views.materials import UploadForm

RELATED = (
    *("project__institution", "project__lead", "filed_by"),
    *("review__project", "review__committee", "review__assessment"),
)
# The step that hands it in.
FILING = {"follow_up": "report", "report": "file"}


class DraftForm(forms.Form):
    """What is asked, as it is typed. Nothing is required of a draft; the step that hands it in says what is wrong."""

    def __init__(self, asked: tuple[Asked, ...], saved: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data, initial=dict(saved), label_suffix="")
        for one in asked:
            made = one.field()
            if one.kind in {"day", "count"}:
                # Kept as it is typed; read as a day or a number when it is handed in.
                made = forms.CharField(label=made.label, help_text=made.help_text, max_length=30, widget=made.widget)
            made.needed = one.required  # type: ignore[attr-defined]
            made.required = False
            made.widget.is_required = False
            self.fields[one.key] = made

    def typed(self) -> dict[str, Any]:
        return {key: str(value).replace("\r\n", "\n") for key, value in self.cleaned_data.items()}


@require_POST
@portal_page
def begin(request: HttpRequest, visitor: Visitor, ref: str, kind: str) -> HttpResponseBase:
    """The open draft of a report of this kind, begun if there is none."""
    project = visitor.find(Project, ref)
    try:
        report = start_report(project, kind, by=visitor.person, at=visitor.at)
    except Refused as refused:
        return refused_page(request, refused, back=project.get_absolute_url())
    return redirect("portal:report_write", report.ref)


@require_safe
@portal_page
def filed(request: HttpRequest, visitor: Visitor, collection: str, ref: str) -> HttpResponseBase:
    found: Any = _find(visitor, collection, ref)
    own = bool(OWN_SIDE & found.project.capacities(visitor.standing))
    steps = open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing) if own else []
    readable = found.readable_by(visitor.standing)
    proceeding = Review.objects.visible_to(visitor.standing).filter(**{found.noun: found}).order_by("-pk").first()
    context = {
        "filed": found,
        "title": _title(found),
        "own": own,
        "writing": own and found.state in found.draft.states,
        "steps": [step for step in steps if step.name != FILING[found.noun]],
        "lines": found.told(visitor.at) if readable else [],
        "papers": found.handed_in() if readable else [],
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "proceeding": proceeding,
        "paper_address": f"portal:{found.noun}_paper",
        "late": found.was_late(visitor.at),
        "history": history.of_object(found, found.project),
    }
    return render(request, "portal/filed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def write(request: HttpRequest, visitor: Visitor, collection: str, ref: str) -> HttpResponseBase:
    found = _find(visitor, collection, ref)
    if not _may_write(visitor, found):
        return closed(request, found)
    asked = found.asked(found.policy_at(visitor.at))
    if request.method != "POST":
        return _draw(request, found, DraftForm(asked, found.answers), token(_saved(found, asked)))
    form = DraftForm(asked, found.answers, request.POST)
    form.is_valid()
    seen = request.POST.get("overwrite") or request.POST.get("seen", "")
    conflict = _keep(visitor, found, asked, form.typed(), seen)
    words = {one.key: one for one in asked}
    told = shown(conflict, form, lambda key, value: words[key].text(value))
    now_seen = seen if conflict else token(_saved(found, asked))
    if request.headers.get("HX-Request"):
        return autosaved(request, token=now_seen, conflict=told)
    if not conflict and not form.errors:
        return redirect(f"portal:{found.noun}_check", found.ref)
    return _draw(request, found, form, now_seen, conflict=told, status=409 if conflict else 422)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def check(request: HttpRequest, visitor: Visitor, collection: str, ref: str) -> HttpResponseBase:
    """Everything once more, with all that is still wrong; from here the lead hands it in."""
    found = _find(visitor, collection, ref)
    if not _may_write(visitor, found):
        return closed(request, found)
    name = FILING[found.noun]
    if request.method == "POST":
        try:
            done = perform(found, name, found.answers, by=visitor.person, at=visitor.at)
        except (InvalidInput, Refused):
            # Drawn again with all of it, from what the step itself says.
            found = _find(visitor, collection, ref)
        else:
            messages.success(request, _("已提交“%(title)s”。") % {"title": _title(done)})
            return redirect(done)
    return _check_page(request, visitor, found, name)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def upload(request: HttpRequest, visitor: Visitor, collection: str, ref: str) -> HttpResponseBase:
    found = _find(visitor, collection, ref)
    if request.method != "POST":  # read again after a refusal
        return redirect(f"portal:{found.noun}_write", ref)
    sent = UploadForm("paper", request.POST, request.FILES)
    if sent.is_valid():
        try:
            kept = hand_in_paper(found, sent.cleaned_data["file"], by=visitor.person, at=visitor.at)
        except UploadRefused as refused:
            sent.add_error("file", refused)
        else:
            messages.success(request, _("已上传“%(name)s”。") % {"name": kept.version.name})
            return redirect(f"{reverse(f'portal:{found.noun}_write', args=[ref])}#papers")
    if not _may_write(visitor, found):
        return closed(request, found)
    asked = found.asked(found.policy_at(visitor.at))
    form = DraftForm(asked, found.answers)
    return _draw(request, found, form, token(_saved(found, asked)), sent=sent, status=422)


@require_POST
@portal_page
def remove(request: HttpRequest, visitor: Visitor, collection: str, ref: str, pk: int) -> HttpResponseBase:
    found = _find(visitor, collection, ref)
    paper = get_object_or_404(found.papers, pk=pk)
    take_back_paper(paper, by=visitor.person, at=visitor.at)
    messages.success(request, _("已移除“%(name)s”。") % {"name": paper.version.name})
    return redirect(f"{reverse(f'portal:{found.noun}_write', args=[ref])}#papers")


@require_safe
@portal_page
def paper(request: HttpRequest, visitor: Visitor, collection: str, ref: str, pk: int) -> HttpResponseBase:
    found = _find(visitor, collection, ref)
    kept = get_object_or_404(found.papers.select_related("version__document", "version__findings"), pk=pk)
    if not found.readable_by(visitor.standing):
        return closed(request, found)
    return serve(kept.version)


def _find(visitor: Visitor, collection: str, ref: str) -> Filed:
    found: Any = visitor.find(collections()[collection], ref, *RELATED)
    return found


def _may_write(visitor: Visitor, found: Filed) -> bool:
    may = found.draft.by & found.project.capacities(visitor.standing)  # type: ignore[attr-defined]
    return bool(may) and found.state in found.draft.states  # type: ignore[attr-defined]


def _title(found: Any) -> str:
    if isinstance(found, FollowUp):
        return _("第%(number)d次跟踪审查") % {"number": found.number}
    return str(found.get_kind_display())


def _saved(found: Filed, asked: tuple[Asked, ...]) -> dict[str, Any]:
    return {one.key: found.answers.get(one.key, "") for one in asked}


def _keep(
    visitor: Visitor, found: Filed, asked: tuple[Asked, ...], typed: dict[str, Any], seen: str
) -> Conflict | None:
    def read() -> Mapping[str, Any]:
        found.refresh_from_db()
        return {key: found.answers.get(key, "") for key in typed}

    def write_(values: Mapping[str, Any]) -> None:
        answers = found.answers | dict(values)
        found.revision = keep_draft(found, by=visitor.person, revision=found.revision, at=visitor.at, answers=answers)
        found.answers = answers

    return keep(typed, seen, read=read, write=write_)


def _draw(
    request: HttpRequest,
    found: Filed,
    form: DraftForm,
    seen: str,
    *,
    conflict: Any = None,
    sent: UploadForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "filed": found,
        "title": _title(found),
        "form": form,
        "token": seen,
        "conflict": conflict,
        "papers": found.handed_in(),
        "upload": sent or UploadForm("paper"),
        "sent": sent,
        "upload_at": reverse(f"portal:{found.noun}_upload", args=[found.ref]),
        "paper_address": f"portal:{found.noun}_paper",
        "remove_address": f"portal:{found.noun}_remove",
        "limit": LIMITS.bytes // MB,
    }
    return render(request, "portal/filing.html", context, status=status)


def _check_page(request: HttpRequest, visitor: Visitor, found: Filed, name: str) -> HttpResponseBase:
    """A member of the team may look and write, and not hand in."""
    asked = found.asked(found.policy_at(visitor.at))
    leads = "lead" in found.project.capacities(visitor.standing)
    view: StepView | None = None
    problems: dict[str, list[str]] = {}
    if leads:
        view = step_view(found, name, visitor.person, at=visitor.at, standing=visitor.standing, data=found.answers)
        view.form.is_valid()
        problems = {key: [str(error) for error in errors] for key, errors in view.form.errors.items()}
    context = {
        "filed": found,
        "title": _title(found),
        "lines": [(one, one.text(found.answers.get(one.key)), problems.get(one.key, ())) for one in asked],
        "problems": problems,
        "papers": found.handed_in(),
        "paper_address": f"portal:{found.noun}_paper",
        "write_at": reverse(f"portal:{found.noun}_write", args=[found.ref]),
        "view": view,
        "refusals": view.refusals if view else (),
        "ready": view is not None and view.open and not problems,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/filing_check.html", context, status=status)
