"""An appeal as its applicant writes and follows it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ethicsreview.documents.checks import LIMITS
from ethicsreview.documents.formats import MB
from ethicsreview.documents.storage import serve_kept
from ethicsreview.lifecycle.door import open_steps
from reviews.models import Appeal, Review
from reviews.models.appeals.appealing import hand_in_support, start_appeal
from reviews.portal import history
from reviews.portal.access import OWN_SIDE, Visitor, portal_page
from reviews.portal.papers import hand_in
from reviews.portal.views.materials import UploadForm

RELATED = (
    *("review__project__institution", "review__project__lead", "review__committee", "review__assessment"),
    *("decision", "document__document", "new_review"),
)


@require_POST
@portal_page
def begin(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The open appeal against the review's decision, begun if there is none."""
    return redirect(start_appeal(visitor.find(Review, ref), by=visitor.person, at=visitor.at))


@require_safe
@portal_page
def appeal(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return _draw(request, visitor, visitor.find(Appeal, ref, *RELATED))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def upload(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Appeal, ref, *RELATED)
    if request.method != "POST":  # read again after a refusal
        return redirect(found)
    form = hand_in(request, visitor, found, "support", hand_in_support)
    return redirect(found) if form is None else _draw(request, visitor, found, form)


@require_safe
@portal_page
def document(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return serve_kept(visitor.find(Appeal, ref, "document__findings").document, ref)


@require_safe
@portal_page
def letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The committee's answer, once a worker has set it."""
    return serve_kept(visitor.find(Appeal, ref).letter_made, ref)


def _draw(request: HttpRequest, visitor: Visitor, found: Appeal, form: UploadForm | None = None) -> HttpResponseBase:
    own = bool(OWN_SIDE & found.review.project.capacities(visitor.standing))
    context = {
        "appeal": found,
        "own": own,
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing) if own else [],
        "form": (form or UploadForm("support")) if own and found.state == Appeal.State.DRAFT else None,
        "limit": LIMITS.bytes // MB,
        "history": history.of_object(found, found.review.project),
    }
    return render(request, "portal/appeal.html", context, status=422 if form else 200)
