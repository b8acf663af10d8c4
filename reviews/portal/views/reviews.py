"""A review as its applicant follows it: where it is, who has it, until when, what was decided and why."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import open_steps
from reviews.models import Appeal, FollowUp, Recognition, Review, Submission
from reviews.models.appeals.appeal import OPEN, obstacles
from reviews.models.projects.starting import gates
from reviews.models.recognitions.recognising import askable
from reviews.models.recognitions.recognition import OPEN as RECOGNITION_OPEN
from reviews.models.reviewing.forms import answered_before
from reviews.models.submissions.comparing import Comparison
from reviews.portal import amendments, emergencies, history, simplified
from reviews.portal.access import OWN_SIDE, Visitor, portal_page
from reviews.portal.amendments import LEADING, TOLD
from reviews.portal.application import Application
from reviews.portal.comparing import documents, fields
from reviews.portal.decisions import told
from reviews.portal.rechecks import told_of_recheck
from reviews.portal.views.applications import RELATED, SUBMITTING

# Of a confirmation: what it confirms, and on whose part.
CONFIRMED = ("confirms__submission", "confirms__review", "project__participation")


@require_safe
@portal_page
def review(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Review, ref, *RELATED, *CONFIRMED, "submission", "follows")
    if found.amends_id is not None:
        # Its steps ask each for itself who is of the team.
        prefetch_related_objects([found.project], "members")
    capacities = found.capacities(visitor.standing)
    own = bool(OWN_SIDE & capacities)
    version = found.draft_submission if own and found.waiting_for == "lead" else None
    # The institution agrees to a new lead here, where the draft is.
    asked = own or (found.amends_id is not None and "institution_officer" in capacities)
    steps = open_steps(found, visitor.person, at=visitor.at) if asked else []
    handing_in, requests = SUBMITTING.get(found.state), list(found.open_requests())
    context: dict[str, Any] = {
        "review": found,
        "own": own,
        "steps": [step for step in steps if step.name not in {handing_in, *TOLD, *LEADING}],
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "requests": requests,
        "answered_all": all(one.answer for one in requests),
        "application": Application(found, version, visitor.at) if version else None,
    }
    if requests and context["application"]:
        # To answer is a task beside the sections.
        context["application"].told += (context["answered_all"],)
    context["renewing"] = own and found.state == Review.State.DRAFT and answered_before(found)
    if found.amends_id is not None:
        told_of = amendments.told(found, visitor.at)
        if context["application"]:
            context["application"].told += (bool(told_of.amendment.parts), told_of.explained)
        context |= {
            "told": told_of,
            "telling": amendments.of_amendment(steps, TOLD),
            "leading": amendments.of_a_new_lead(steps, told_of),
            "wanting": amendments.in_the_way(amendments.may_hand_in(steps, handing_in)),
        }
    if found.procedure:
        context |= {"urgency": emergencies.told(found, visitor.at), "lapsed": emergencies.lapsed(found)}
        context |= {"simplified": simplified.told(found, visitor.at), "turned": simplified.turned(found)}
    elif own and found.claims_urgency:
        context["emergencies"] = emergencies.in_force(found.project.region, visitor.at)
    if found.state != Review.State.DRAFT:
        context |= _since_submitted(found, visitor, capacities)
    if found.state == Review.State.APPROVED:
        context["shut"] = gates(found.project, visitor.at).start.refusals
    return render(request, "portal/review.html", context)


def _since_submitted(found: Review, visitor: Visitor, capacities: Any) -> dict[str, Any]:
    """What was decided, asked and answered, handed in and appealed against."""
    decisions = list(found.decisions.all())
    letters = {letter.number: letter for letter in Letter.objects.of(found.noun, found.ref)}
    versions = found.submissions.filter(sealed_at__isnull=False).select_related("sealed_by")
    context: dict[str, Any] = {
        "decisions": [(decision, told(decision), letters.get(decision.number)) for decision in decisions],
        "follow_ups": list(FollowUp.objects.filter(review=found)),
        "versions": list(versions.defer("content").order_by("-number")),
        "answered": list(found.requests.filter(answered_at__isnull=False)),
        "history": history.of_review(found),
        "appeals": list(Appeal.objects.visible_to(visitor.standing).filter(review=found).order_by("-pk")),
    }
    context["recognitions"] = list(Recognition.objects.visible_to(visitor.standing).filter(review=found))
    asked = any(one.state in RECOGNITION_OPEN for one in context["recognitions"])
    context["may_ask_recognition"] = "lead" in capacities and not asked and askable(found)
    if found.listed and found.concluded_at is not None:
        context |= told_of_recheck(found)
    latest = decisions[0] if decisions else None
    context["may_appeal"] = (
        "lead" in capacities
        and not any(one.state in OPEN for one in context["appeals"])
        and not list(obstacles(found, latest))
    )
    return context


@require_safe
@portal_page
def submitted(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """After handing in: that it arrived, what happens next, who has it and until when."""
    found = visitor.find(Review, ref, *RELATED, "submission")
    if found.submission is None:
        return redirect(found)
    context = {
        "review": found,
        "deadline": Deadline.objects.of(found).open().soonest().first(),
        "limit": found.policy_at(visitor.at).entry("review.decision_days"),
    }
    return render(request, "portal/submitted.html", context)


@require_safe
@portal_page
def version(request: HttpRequest, visitor: Visitor, ref: str, number: int) -> HttpResponseBase:
    """A version as it was handed in, for reading."""
    found, sealed = _sealed(visitor, ref, number)
    if found.filed is not None:
        # What a follow-up review looks at is a report, and has a page of its own.
        return redirect(found.filed)
    context = {"review": found, "version": sealed, "application": Application(found, sealed, visitor.at)}
    return render(request, "portal/version.html", context)


@require_safe
@portal_page
def comparison(request: HttpRequest, visitor: Visitor, ref: str, number: int) -> HttpResponseBase:
    """A version against the one before it; asks again by itself while a worker is still comparing."""
    found, new = _sealed(visitor, ref, number)
    if number < 2:
        raise Http404(f"{ref} {number}")
    return _compared(request, visitor, found, new, Comparison.objects.of(new), number - 1)


@require_safe
@portal_page
def comparison_in_force(request: HttpRequest, visitor: Visitor, ref: str, number: int) -> HttpResponseBase:
    """A version of an amendment against the one in force that it is to change."""
    found, new = _sealed(visitor, ref, number)
    if found.amends_id is None:
        raise Http404(f"{ref} {number}")
    return _compared(request, visitor, found, new, Comparison.objects.with_force(new), None)


def _compared(
    request: HttpRequest, visitor: Visitor, found: Review, new: Submission, made: Comparison | None, before: int | None
) -> HttpResponseBase:
    context = {
        "review": found,
        "version": new,
        "before": before,
        "ready": made is not None,
        "fields": fields(made, new.form) if made else [],
        "documents": documents(made, visitor.at) if made else [],
    }
    alone = request.headers.get("HX-Request")
    return render(request, "portal/comparison_body.html" if alone else "portal/comparison.html", context)


def _sealed(visitor: Visitor, ref: str, number: int) -> tuple[Review, Submission]:
    found = visitor.find(Review, ref, *RELATED)
    sealed = get_object_or_404(found.submissions.filter(sealed_at__isnull=False), number=number)
    sealed.review = found
    return found, sealed
