"""A collaboration as its lead unit and each participating unit follow it; and one unit's part in it."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.door import open_steps
from reviews.models import Collaboration, Participation, Project
from reviews.models.collaborations.joining import start_collaboration
from reviews.models.collaborations.picture import lead_decision, letter_of, picture, row_of
from reviews.portal import history
from reviews.portal.access import Visitor, portal_page

WHOLE = (
    *("project__institution", "project__lead", "decision__review__committee", "decision__review__project"),
    "decision__submission",
)
PART = (
    *("institution", "local_lead", "project__institution", "review__committee", "decision"),
    *(f"collaboration__{name}" for name in WHOLE),
)


@require_POST
@portal_page
def begin(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The project's collaboration, begun if there is none."""
    return redirect(start_collaboration(visitor.find(Project, ref), by=visitor.person, at=visitor.at))


@require_safe
@portal_page
def collaboration(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Collaboration, ref, *WHOLE)
    context = picture(found, request.GET.dict(), visitor.at) | {
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
        "sees_project": Project.objects.visible_to(visitor.standing).filter(pk=found.project_id).exists(),
        "history": history.of_object(found, found.project),
    }
    return render(request, "portal/collaboration.html", context)


@require_safe
@portal_page
def letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The lead unit's decision letter, for the units that are to confirm it."""
    found = letter_of(visitor.find(Collaboration, ref, "decision"))
    if found is None:
        raise Http404(ref)
    return serve(found)


@require_safe
@portal_page
def participation(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Participation, ref, *PART)
    part = found.project
    context = {
        "participation": found,
        "row": row_of(found, visitor.at),
        "lead": lead_decision(found.collaboration),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "sees_part": part is not None and Project.objects.visible_to(visitor.standing).filter(pk=part.pk).exists(),
        "history": [
            *(history.of_object(found, part) if part else ()),
            *history.of_object(found, found.collaboration.project),
        ],
    }
    return render(request, "portal/participation.html", context)
