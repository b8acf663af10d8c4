"""The review in the partners' countries: the list of them, one of them, its document."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.checks import LIMITS
from ethicsreview.documents.formats import MB
from ethicsreview.documents.storage import serve_kept
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.ui.keyset import page
from reviews.models import ForeignApproval, Project
from reviews.models.international.papers import hand_in_approval, readable_paper
from reviews.models.projects.starting import gates
from reviews.portal import history
from reviews.portal.access import OWN_SIDE, Visitor, portal_page
from reviews.portal.papers import hand_in
from reviews.portal.views.materials import UploadForm

SIZE = 50


@require_safe
@portal_page
def countries(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Every partner's country with what is on file, by state, found by name; one page at a time."""
    project = visitor.find(Project, ref, "institution", "lead")
    rows = project.foreign_approvals.all()
    numbers = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    words, state = request.GET.get("q", "")[:60].strip(), request.GET.get("state", "")
    shown = rows.filter(state=state) if state in numbers else rows.current()
    shown = shown.named(words) if words else shown
    found = page(shown, by=["pk"], cursor=request.GET.get("cursor", ""), size=SIZE)
    context: dict[str, Any] = {
        "project": project,
        "page": found,
        "states": [
            (value, label, numbers[value]) for value, label in ForeignApproval.State.choices if value in numbers
        ],
        "state": state,
        "words": words,
        "gates": gates(project, visitor.at),
        "is_lead": "lead" in project.capacities(visitor.standing),
        "enterable": sum(numbers.get(value, 0) for value in ForeignApproval.ENTERABLE),
        "lapsed": {one.pk for one in found.rows if one.lapsed(visitor.at)},
    }
    return render(request, "portal/foreign_approvals.html", context)


@require_safe
@portal_page
def together(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """To the page of a step, with the countries that were ticked on the list; `all`: with every one it could take."""
    project = visitor.find(Project, ref)
    rows = project.foreign_approvals.filter(state__in=ForeignApproval.ENTERABLE).order_by("pk")
    chosen = rows if "all" in request.GET else rows.filter(country__in=request.GET.getlist("country"))
    codes = dict(chosen.values_list("ref", "country"))
    if not codes:
        messages.warning(request, _("请先选择国家。"))
        return redirect("portal:foreign_approvals", ref)
    first, *others = codes
    address = reverse("portal:step", args=[ForeignApproval.collection, first, "enter_not_prescribed"])
    return redirect(f"{address}?{urlencode({'also': [codes[other] for other in others]}, doseq=True)}")


@require_safe
@portal_page
def country(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return _draw(request, visitor, _find(visitor, ref))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def upload(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    approval = _find(visitor, ref)
    if request.method != "POST":  # read again after a refusal
        return redirect(approval)
    form = hand_in(request, visitor, approval, "approval", hand_in_approval)
    return redirect(approval) if form is None else _draw(request, visitor, approval, form)


@require_safe
@portal_page
def document(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(ForeignApproval, ref, "project", "document__findings")
    return serve_kept(readable_paper(found, visitor.standing), ref)


def _find(visitor: Visitor, ref: str) -> ForeignApproval:
    return visitor.find(ForeignApproval, ref, "project__institution", "project__lead", "document__document")


def _draw(
    request: HttpRequest, visitor: Visitor, approval: ForeignApproval, form: UploadForm | None = None
) -> HttpResponseBase:
    own = bool(OWN_SIDE & approval.project.capacities(visitor.standing))
    context = {
        "approval": approval,
        "lapsed": approval.lapsed(visitor.at),
        "steps": open_steps(approval, visitor.person, at=visitor.at, standing=visitor.standing) if own else [],
        "form": (form or UploadForm("approval")) if own and approval.state in ForeignApproval.ENTERABLE else None,
        "deadlines": list(Deadline.objects.of(approval).open().soonest()),
        "limit": LIMITS.bytes // MB,
        "history": history.of_object(approval, approval.project),
    }
    return render(request, "portal/foreign_approval.html", context, status=422 if form else 200)
