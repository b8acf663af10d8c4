"""Commitment letters for programmes: lead and unit read, sign and keep them."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.ui import keyset
from reviews.models import Commitment
from reviews.portal.access import Visitor, portal_page

ROWS = 30
RELATED = ("entry__programme__authority", "project", "lead", "institution", "unit_signer")


@require_safe
@portal_page
def commitments(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """One's own to sign, and one's unit's."""
    own = Q(lead=visitor.person) | Q(institution__in=visitor.standing.bodies(Role.INSTITUTION_OFFICER))
    rows = Commitment.objects.visible_to(visitor.standing).filter(own).select_related("entry__programme")
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    return render(request, "portal/commitments.html", {"page": page})


@require_safe
@portal_page
def commitment(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Commitment, ref, *RELATED)
    context = {
        "commitment": found,
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "paper": Letter.objects.of(found.noun, found.ref).first(),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "portal/commitment.html", context)


@require_safe
@portal_page
def letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Commitment, ref)
    kept = Letter.objects.of(found.noun, found.ref).first()
    if kept is None:
        raise Http404(ref)
    return serve(kept)
