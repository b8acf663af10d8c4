"""Complaints at the desk of whoever handles or supervises them. Who complained is on none of these pages."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.policy import cite
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import Complaint, Investigation
from reviews.models.complaints.kinds import offence_name, offences

ROWS = 30


@require_safe
@desk_page
def complaints(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not visitor.investigates and not visitor.named_to_investigate:
        raise Http404(request.path)
    state = request.GET.get("state", "")
    rows = at_desk(Complaint, visitor.standing).select_related("handler")
    if state in Complaint.State.values:
        rows = rows.filter(state=state)
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    names = dict(offences(visitor.at))
    context = {
        "page": page,
        "rows": [(one, names.get(one.category, one.category)) for one in page.rows],
        "state": state,
        "states": Complaint.State.choices,
    }
    return render(request, "desk/complaints.html", context)


@require_safe
@desk_page
def complaint(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Complaint = visitor.find(Complaint, ref, "handler", "joint", "institution")
    rightful = found.rightful(found.received_at)
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    context = {
        "complaint": found,
        "category": offence_name(found.category, found.received_at, found.region),
        "duty": cite(rightful.cite) if found.duty else "",
        "accused": found.accused.order_by("pk"),
        "additions": found.additions.all(),
        "papers": found.papers.select_related("version"),
        "investigation": at_desk(Investigation, visitor.standing).filter(complaint=found).first(),
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/complaint.html", context)


@require_safe
@desk_page
def paper(request: HttpRequest, visitor: Visitor, ref: str, pk: int) -> HttpResponseBase:
    found: Complaint = visitor.find(Complaint, ref)
    return serve(get_object_or_404(found.papers.select_related("version__findings"), pk=pk).version)
