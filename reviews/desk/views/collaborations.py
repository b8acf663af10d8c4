"""Collaborations at the desk: the picture for committees, officers and regulators; and one unit's part in it."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.storage import serve
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.desk.views.besides import common
from reviews.models import Collaboration, Participation, Review
from reviews.models.collaborations.picture import lead_decision, letter_of, picture, row_of

WHOLE = (
    *("project__institution", "project__lead", "decision__review__committee", "decision__review__project"),
    "decision__submission",
)
PART = (
    *("institution", "local_lead", "project__institution", "review__committee", "decision"),
    *(f"collaboration__{name}" for name in WHOLE),
)


@require_safe
@desk_page
def collaboration(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Collaboration, ref, *WHOLE)
    context = picture(found, request.GET.dict(), visitor.at) | common(visitor, found) | {"desk": True}
    return render(request, "desk/collaboration.html", context)


@require_safe
@desk_page
def letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = letter_of(visitor.find(Collaboration, ref, "decision"))
    if found is None:
        raise Http404(ref)
    return serve(found)


@require_safe
@desk_page
def participation(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Participation, ref, *PART)
    here = at_desk(Review, visitor.standing).filter(project=found.project_id) if found.project_id else []
    context = common(visitor, found) | {
        "participation": found,
        "row": row_of(found, visitor.at),
        "lead": lead_decision(found.collaboration),
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "reviews": list(here),
    }
    return render(request, "desk/participation.html", context)
