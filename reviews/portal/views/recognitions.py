"""Asking that another committee's result be recognised, and following what becomes of it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.checks import LIMITS
from ethicsreview.documents.formats import MB
from ethicsreview.documents.storage import serve_kept
from ethicsreview.lifecycle.door import open_steps
from reviews.models import Recognition, Review
from reviews.models.recognitions.recognising import hand_in_evidence, start_recognition
from reviews.portal import history
from reviews.portal.access import OWN_SIDE, Visitor, portal_page
from reviews.portal.papers import hand_in
from reviews.portal.views.materials import UploadForm

RELATED = (
    *("review__project__institution", "review__project__lead", "review__committee", "review__assessment"),
    *("decision__review__committee", "alliance", "document__document"),
)


@require_POST
@portal_page
def begin(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The review's open request, begun if there is none."""
    return redirect(start_recognition(visitor.find(Review, ref, "project"), by=visitor.person, at=visitor.at))


@require_safe
@portal_page
def recognition(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return _draw(request, visitor, visitor.find(Recognition, ref, *RELATED))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def upload(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Recognition, ref, *RELATED)
    if request.method != "POST":  # read again after a refusal
        return redirect(found)
    form = hand_in(request, visitor, found, "evidence", hand_in_evidence)
    return redirect(found) if form is None else _draw(request, visitor, found, form)


@require_safe
@portal_page
def document(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return serve_kept(visitor.find(Recognition, ref, "document__findings").document, ref)


def _draw(
    request: HttpRequest, visitor: Visitor, found: Recognition, form: UploadForm | None = None
) -> HttpResponseBase:
    own = bool(OWN_SIDE & found.review.project.capacities(visitor.standing))
    context = {
        "recognition": found,
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing) if own else [],
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "form": (form or UploadForm("evidence")) if own and found.state == Recognition.State.DRAFT else None,
        "limit": LIMITS.bytes // MB,
        "history": history.of_object(found, found.review.project),
    }
    return render(request, "portal/recognition.html", context, status=422 if form else 200)
