"""Writing an application: its sections, and the check before it is signed."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.lifecycle.door import step_view
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.policy.catalogues import commitment
from reviews.models import Review, Submission
from reviews.models.submissions.submission import keep_section
from reviews.portal.access import OWN_SIDE, Visitor, closed, portal_page
from reviews.portal.amendments import in_the_way
from reviews.portal.application import Application, typing_errors
from reviews.portal.keeping import Conflict, keep, token
from reviews.portal.sections import SectionForm, value_text
from reviews.portal.views.autosave import ConflictShown, autosaved, shown
from reviews.rules.checklist import AskedSection

RELATED = (
    *("project__institution", "project__lead", "committee", "assessment"),
    *("amends__review", "confirms__submission"),
)


def writable(visitor: Visitor, ref: str) -> tuple[Review, Submission | None]:
    """The review with the version that this person may write in now; None where there is none, or it is not theirs."""
    review = visitor.find(Review, ref, *RELATED)
    if review.waiting_for != "lead" or not OWN_SIDE & review.capacities(visitor.standing):
        return review, None
    return review, review.draft_submission


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def section(request: HttpRequest, visitor: Visitor, ref: str, key: str) -> HttpResponseBase:
    review, version = writable(visitor, ref)
    if version is None:
        return closed(request, review)
    application = Application(review, version, visitor.at)
    if key not in {one.key for one in application.form.sections}:
        raise Http404(key)
    asked = application.asked.get(key)
    if asked is None:
        return closed(request, review)
    if application.is_shut(key):
        shown = next(one for one in application.sections if one.key == key)
        context = {"review": review, "section": shown, "choosing": CHOOSING}
        return render(request, "portal/section_shut.html", context, status=409 if request.method == "POST" else 200)
    if request.method == "POST":
        return _save(request, visitor, application, asked)
    form = SectionForm(asked, version.content, _typed_before(request, asked, version))
    if form.is_bound:
        form.is_valid()
        form.show(application.errors)
    return _draw(request, application, asked, form, token(application.saved_in(key)))


@require_safe
@portal_page
def check(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """All answers on one page, everything that is missing first."""
    review, version = writable(visitor, ref)
    if version is None:
        return redirect(review)
    application, requests = Application(review, version, visitor.at), list(review.open_requests())
    step = SUBMITTING[review.state]
    may_hand_in = bool(steps_of(Review)[step].by & review.capacities(visitor.standing))
    wanting: list[Refusal] = []
    if may_hand_in and review.amends_id is not None:
        wanting = in_the_way(step_view(review, step, visitor.person, at=visitor.at, standing=visitor.standing))
    context = {
        "review": review,
        "application": application,
        "commitment": commitment(visitor.at),
        "requests": requests,
        "ready": application.complete and all(one.answer for one in requests) and not wanting,
        "wanting": wanting,
        "step": step,
        "may_hand_in": may_hand_in,
    }
    return render(request, "portal/check.html", context)


CHOOSING = "choose_parts"
# The step that hands in what is being written, by state.
SUBMITTING = {
    Review.State.DRAFT: "submit",
    Review.State.SUPPLEMENT_REQUESTED: "resubmit",
    Review.State.MODIFICATION_REQUIRED: "submit_modification",
    Review.State.REVISION_REQUIRED: "resubmit_revision",
}


def _typed_before(request: HttpRequest, asked: AskedSection, version: Submission) -> dict[str, Any] | None:
    """Coming from the check, the page says what is wrong: it is drawn as if what is saved had just been sent."""
    if "check" not in request.GET:
        return None
    content = {field.key: version.content.get(field.key) for field in asked.fields}
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in content.items()}


def _save(request: HttpRequest, visitor: Visitor, application: Application, asked: AskedSection) -> HttpResponseBase:
    form = SectionForm(asked, application.version.content, request.POST)
    form.is_valid()
    seen = request.POST.get("overwrite") or request.POST.get("seen", "")
    typed = form.values()
    conflict = _keep(visitor, application, asked.key, typed, seen)
    version = Submission.objects.select_related("review").get(pk=application.version.pk)
    fresh = Application(application.review, version, visitor.at)
    fields = application.form.fields
    conflict_shown = shown(conflict, form, lambda key, value: value_text(fields[key], value))
    now_seen = seen if conflict else token(fresh.saved_in(asked.key))
    after = fresh.asked.get(asked.key)
    if request.headers.get("HX-Request"):
        others_asked = after is not None and after != asked and not conflict
        redrawn = SectionForm(after, version.content) if after and others_asked else None
        return autosaved(request, token=now_seen, conflict=conflict_shown, form=redrawn)
    if not conflict and not form.errors and _stays(request):
        return redirect(request.path)
    form.show(typing_errors(fresh, version.content | typed, frozenset(form.fields)))
    if conflict or form.errors:
        status = 409 if conflict else 422
        return _draw(request, fresh, asked, form, now_seen, conflict=conflict_shown, status=status)
    if after is not None and {one.key for one in after.fields} - {one.key for one in asked.fields}:
        return redirect(request.path)
    if "check" in request.GET:
        return redirect("portal:check", application.review.ref)
    return redirect(_next(fresh, asked.key))


def _stays(request: HttpRequest) -> bool:
    """One more row, or one row less: what is still missing in the others is not said yet."""
    return "stay" in request.POST or any(name.endswith("-remove") for name in request.POST)


def _keep(visitor: Visitor, application: Application, key: str, typed: dict[str, Any], seen: str) -> Conflict | None:
    version = application.version

    def read() -> Mapping[str, Any]:
        nonlocal version
        version = Submission.objects.get(pk=application.version.pk)
        version.review = application.review
        return Application(application.review, version, visitor.at).saved_in(key)

    def write(values: Mapping[str, Any]) -> None:
        keep_section(version, by=visitor.person, revision=version.revision, values=dict(values), at=visitor.at)

    return keep(typed, seen, read=read, write=write)


def _draw(
    request: HttpRequest,
    application: Application,
    asked: AskedSection,
    form: SectionForm,
    seen: str,
    *,
    conflict: ConflictShown | None = None,
    status: int = 200,
) -> HttpResponseBase:
    keys = list(application.asked)
    place = keys.index(asked.key) if asked.key in keys else 0
    context = {
        "review": application.review,
        "application": application,
        "asked": asked,
        "form": form,
        "token": seen,
        "conflict": conflict,
        "number": place + 1,
        "total": len(keys),
        "requests": [one for one in application.review.open_requests() if one.item in form.fields],
    }
    return render(request, "portal/section.html", context, status=status)


def _next(application: Application, key: str) -> str:
    """The section after this one, or the documents after the last."""
    keys = list(application.asked)
    following = keys[keys.index(key) + 1 :] if key in keys else []
    ref = application.review.ref
    if following:
        return reverse("portal:section", args=[ref, following[0]])
    return reverse("portal:materials", args=[ref])
