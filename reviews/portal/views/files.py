"""Handing out documents and letters to those who may see the review they belong to."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from ethicsreview.documents.models import Letter
from ethicsreview.documents.storage import serve
from reviews.models import Review
from reviews.models.submissions.writing import readable_versions
from reviews.portal.access import Visitor, portal_page
from reviews.portal.rechecks import letter_of


@require_safe
@portal_page
def document(request: HttpRequest, visitor: Visitor, ref: str, number: int) -> HttpResponseBase:
    readable = readable_versions(visitor.standing).select_related("document", "findings").defer("findings__text")
    version = readable.filter(document__ref=ref, number=number).first()
    if version is None:
        raise Http404(f"{ref} {number}")
    return serve(version)


@require_safe
@portal_page
def letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = Letter.objects.filter(ref=ref, object_kind=Review.noun).first()
    if found is None:
        raise Http404(ref)
    visitor.find(Review, found.object_ref)
    return serve(found)


@require_safe
@portal_page
def recheck_letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The re-check opinion, once it has been delivered, for whoever may see the review it answers."""
    recheck = visitor.find(Review, ref).recheck
    found = letter_of(recheck) if recheck is not None else None
    if found is None:
        raise Http404(ref)
    return serve(found)
