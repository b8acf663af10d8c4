"""A review at the desk: to read and vote on, what changed in it, what happened to it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviews.desk.access import Visitor, desk_page
from reviews.desk.changes import against_force, changes_of
from reviews.desk.dossier import Dossier
from reviews.desk.timeline import timeline


@require_safe
@desk_page
def review(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    dossier = Dossier.open(visitor, ref)
    return render(request, "desk/review.html", {"dossier": dossier, "review": dossier.review, "tab": "review"})


@require_safe
@desk_page
def changes(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """This version against the last, and the answer to each thing the committee asked for."""
    dossier = Dossier.open(visitor, ref)
    context = {
        "dossier": dossier,
        "review": dossier.review,
        "tab": "changes",
        "changes": changes_of(dossier.review),
        "against_force": against_force(dossier.review),
    }
    return render(request, "desk/review_changes.html", context)


@require_safe
@desk_page
def record(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    dossier = Dossier.open(visitor, ref)
    context = {"dossier": dossier, "review": dossier.review, "tab": "record", "happened": timeline(dossier)}
    return render(request, "desk/review_record.html", context)
