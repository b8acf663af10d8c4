"""What the accused are told: the findings on them, the sanction, and where they answer. Nothing of the evidence, of
others, or of who complained.
"""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.lifecycle.door import open_steps
from reviews.models import Respondent, Sanction
from reviews.models.complaints.kinds import offence_name
from reviews.models.sanctions.kinds import TOLD
from reviews.portal.access import Visitor, portal_page


@require_safe
@portal_page
def respondent(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Respondent, ref, "investigation__handler", "person", "body")
    at, region = visitor.at, found.investigation.region
    context = {
        "respondent": found,
        "findings": [(one, offence_name(one.offence, at, region)) for one in found.findings.all()],
        "sanctions": Sanction.objects.visible_to(visitor.standing).filter(respondent=found, state__in=TOLD),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "portal/respondent.html", context)


@require_safe
@portal_page
def sanction(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    related = ("respondent__investigation__handler", "respondent__person", "respondent__body")
    found = visitor.find(Sanction, ref, *related)
    context = {
        "sanction": found,
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "portal/sanction.html", context)
