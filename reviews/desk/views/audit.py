"""Cases for whoever supervises them: the list, the whole story of one, two points in time, the signed package."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.policy.words import said
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, desk_page
from reviews.desk.content import shown
from reviews.desk.overview import narrowed_by
from reviews.models import Project
from reviews.oversight import looks
from reviews.oversight.audit import package as packing
from reviews.oversight.audit.case import Case
from reviews.oversight.audit.checks import Checks
from reviews.oversight.audit.moments import Moments, VersionChange
from reviews.oversight.audit.story import Story, object_name
from reviews.oversight.overview.drilling import Drill
from reviews.oversight.scope import searched, supervised_projects

ROWS, STEPS = 30, 100
NEWEST = ["-pk"]


def _listed(standing: Standing) -> "QuerySet[Project]":
    return supervised_projects(standing).select_related("institution", "lead")


# The list as it opens.
OPENING = PreparedFor(lambda standing: keyset.opening(_listed(standing), by=NEWEST, size=ROWS))


@require_safe
@desk_page
def cases(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """By number or title; to people who supervise nothing this page does not exist."""
    if not visitor.supervises:
        raise Http404(request.path)
    asked = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    drill, cursor = Drill.asked(request.GET.dict()), request.GET.get("cursor", "")
    if asked or drill or cursor:
        rows = _listed(visitor.standing)
        if asked:
            rows = searched(rows, asked)
        rows = drill.narrow(rows, visitor.standing, visitor.at)
        page = keyset.page(rows, by=NEWEST, cursor=cursor, size=ROWS)
    else:
        page = keyset.cut(Project, OPENING(visitor.standing), by=NEWEST, size=ROWS)
    narrowed = narrowed_by(drill, visitor.at)
    return render(request, "desk/cases.html", {"page": page, "asked": asked, "drill": drill, "narrowed": narrowed})


@require_safe
@desk_page
def case(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = _find(visitor, ref)
    look = looks.note(found.project, visitor.standing, request.path)
    context = {
        "case": found,
        "project": found.project,
        "steps": Paginator(Story(found).steps, STEPS).get_page(request.GET.get("page")),
        "checks": Checks(found),
        "looks": looks.latest_looks(found.project),
        "looked": look.seq,
        "documents": packing.documents_of(found),
        "tab": "case",
    }
    return render(request, "desk/case.html", context)


class MomentsForm(forms.Form):
    since = forms.TypedChoiceField(label=gettext_lazy("从"), coerce=int)
    until = forms.TypedChoiceField(label=gettext_lazy("到"), coerce=int)

    def __init__(self, data: Any, *, case: Case) -> None:
        super().__init__(data)
        self.moments = {entry.seq: entry for entry in case.open_entries}
        choices = [
            (
                entry.seq,
                f"{date_format(timezone.localtime(entry.at), 'SHORT_DATETIME_FORMAT')} "
                f"{step_name(entry.object_kind, entry.step)} · {object_name(entry)}",
            )
            for entry in case.open_entries
        ]
        for name in ("since", "until"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since is not None and until is not None and until < since:
            self.add_error("until", _("后一个时点应当不早于前一个。"))
        return given


@require_safe
@desk_page
def compare(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Between two steps of the record; at first from the beginning to what was done last."""
    found = _find(visitor, ref)
    seqs = [entry.seq for entry in found.open_entries]
    asked = {"since": seqs[0] if seqs else "", "until": seqs[-1] if seqs else ""}
    asked |= {name: request.GET[name] for name in asked if name in request.GET}
    form = MomentsForm(asked, case=found)
    context: dict[str, Any] = {"case": found, "project": found.project, "form": form, "tab": "compare"}
    if form.is_valid():
        since, until = (form.cleaned_data[name] for name in ("since", "until"))
        between = {"since": since, "until": until}
        looks.note(found.project, visitor.standing, request.path, between, step=looks.COMPARED)
        moments = Moments(found, form.moments[since], form.moments[until])
        context |= {"moments": moments, "versions": [_worded(change) for change in moments.versions]}
    else:
        looks.note(found.project, visitor.standing, request.path)
    return render(request, "desk/case_compare.html", context, status=200 if form.is_valid() else 422)


@require_POST
@desk_page
def package(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The package, as a file. What cannot be made is said on the page that it was asked from."""
    found = _find(visitor, ref)
    with_documents = request.POST.get("documents") == "yes"
    try:
        if with_documents:
            packing.check_size(found)
        made = packing.export(found, at=visitor.at, with_documents=with_documents)
    except packing.TooLarge as large:
        words = _("材料共 %(size)d MB，超过当场导出的上限 %(most)d MB。请不含材料导出，需要的材料逐份下载。")
        messages.error(request, words % {"size": large.megabytes, "most": settings.AUDIT_PACKAGE_MEGABYTES})
        return redirect("desk:case", ref)
    except FileNotFoundError:
        messages.error(request, _("有文书或材料在存储中取不到，未能导出；核验结果列出了缺少的文书。请联系运维人员。"))
        return redirect("desk:case", ref)
    response = HttpResponse(made.content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _find(visitor: Visitor, ref: str) -> Case:
    found = Case.find(ref, visitor.standing)
    if found is None:
        raise Http404(ref)
    return found


def _worded(change: VersionChange) -> dict[str, Any]:
    """The fields in words, in the reader's language."""
    catalogue = change.new.form.fields
    fields = []
    for row in change.fields:
        field = catalogue.get(row["key"])
        fields.append((said(field) if field else row["label"], shown(field, row["old"]), shown(field, row["new"])))
    return {"change": change, "fields": fields}
