"""Appeals and exemptions, as the committee's officers handle them and regulators read them."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.documents.storage import serve_kept
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.policy.words import said
from ethicsreview.trail.models import Entry
from reviews.desk.access import Visitor, desk_page
from reviews.desk.views.steps import desk_address
from reviews.models import Appeal, Exemption

APPEAL = (
    *("review__project__institution", "review__project__lead", "review__committee", "review__assessment"),
    *("decision", "document__document", "new_review", "prepared_by"),
)
EXEMPTION = ("project__institution", "project__lead", "committee", "assessment")


@require_safe
@desk_page
def appeal(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Appeal, ref, *APPEAL)
    context = common(visitor, found) | {"appeal": found}
    return render(request, "desk/appeal.html", context)


@require_safe
@desk_page
def support(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return serve_kept(visitor.find(Appeal, ref, "document__findings").document, ref)


@require_safe
@desk_page
def appeal_letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return serve_kept(visitor.find(Appeal, ref).letter_made, ref)


@require_safe
@desk_page
def exemption(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """With what the lead answered, and what followed from it."""
    found = visitor.find(Exemption, ref, *EXEMPTION)
    drawn = found.assessment.conclusions
    context = common(visitor, found) | {
        "exemption": found,
        "concluded": [(said(item), item.cite) for item in drawn.items],
        "proposed": found.heads().get(found.proposed_ground, ""),
    }
    return render(request, "desk/exemption.html", context)


def common(visitor: Visitor, found: Any) -> dict[str, Any]:
    entries = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-at", "-pk")
    return {
        "steps_at": desk_address(found),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
        "entries": [(entry, step_name(entry.object_kind, entry.step)) for entry in entries],
    }
