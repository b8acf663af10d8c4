"""An exemption as the lead asks for it and follows it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ethicsreview.lifecycle.door import open_steps
from reviews.models import Exemption, Project
from reviews.models.exemptions.exempting import start_exemption
from reviews.portal import history
from reviews.portal.access import OWN_SIDE, Visitor, portal_page


@require_POST
@portal_page
def begin(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return redirect(start_exemption(visitor.find(Project, ref, "institution"), by=visitor.person, at=visitor.at))


@require_safe
@portal_page
def exemption(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Exemption, ref, "project__institution", "project__lead", "committee", "assessment")
    own = bool(OWN_SIDE & found.project.capacities(visitor.standing))
    context = {
        "exemption": found,
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing) if own else [],
        "history": history.of_object(found, found.project),
    }
    return render(request, "portal/exemption.html", context)
