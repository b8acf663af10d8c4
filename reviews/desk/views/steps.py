"""The page of one step: what stands in its way, or its form; and taking it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ethicsreview.lifecycle.door import StepView, perform, step_view
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.lifecycle.registry import collections
from ethicsreview.lifecycle.steps import CONSEQUENCE, steps_of
from reviews.desk.access import Visitor, at_desk, desk_page, visitor_of
from reviews.desk.cautions import cautions_of
from reviews.desk.minutes import draft_minutes
from reviews.models.idempotency import TAKEN_MEANWHILE, KeyReused, form_key, once_by_form

RELATED = {
    "review": ("project__institution", "project__lead", "committee", "assessment", "submission"),
    "opinion": (
        *("review__project", "review__committee", "review__assessment"),
        *("agenda_item__meeting", "designation", "person"),
    ),
    "meeting": ("committee", "presider__appointment__person"),
    "committee": ("institution",),
    "absence": ("committee", "person"),
    "recheck": (
        "review__project__institution",
        "review__project__lead",
        "review__committee",
        "authority",
        "submission",
    ),
    "recheck_opinion": ("recheck__review__project", "recheck__review__committee", "recheck__authority", "person"),
    "expert": ("appointment__person", "authority", "institution"),
    "appeal": ("review__project", "review__committee", "review__assessment", "decision"),
    "follow_up": ("project", "review__project", "review__committee", "review__assessment"),
    "report": ("project", "review__project", "review__committee", "review__assessment"),
    "collaboration": ("project__institution", "project__lead", "decision"),
    "participation": ("institution", "local_lead", "project", "collaboration__project__institution", "review"),
    "entrustment": ("institution", "trustee__institution", "project", "document__document"),
    "alliance": ("founder",),
    "recognition": (
        *("review__project__institution", "review__project__lead", "review__committee", "review__assessment"),
        *("decision__review__committee", "decision__submission", "alliance", "document__document"),
    ),
    "exemption": ("project__institution", "project__lead", "committee", "assessment"),
    "foreign_approval": ("project__institution", "project__lead"),
    "sampling_plan": ("authority",),
    "programme": ("authority",),
    "programme_entry": ("programme__authority", "project__lead", "project__institution"),
    "annual_report": ("body", "institution", "receiver", "signer"),
    "training_plan": ("organiser",),
    "complaint": ("handler", "joint", "institution"),
    "investigation": ("handler", "joint", "complaint"),
    "respondent": ("investigation__handler", "person", "body"),
    "sanction": ("respondent__investigation__handler", "respondent__person", "respondent__body"),
    "disclosure": ("authority", "corrects", "first", "written_by"),
    "warning": ("authority", "committee", "institution", "project"),
    "inspection": ("authority", "institution", "committee"),
    "rectification": ("inspection__authority", "inspection__institution", "inspection__committee", "finding"),
    "sample_item": ("plan__authority", "project", "committee", "review", "exemption"),
}
# What has a page of its own beside the reviews.
BESIDES = frozenset(
    {
        *("appeal", "exemption", "follow_up", "report"),
        *("collaboration", "participation", "entrustment", "recognition"),
        *("respondent", "sanction"),
    }
)
# What a link may fill in: which thing is meant, never what is decided about it.
PREFILLED = ("meeting", "document", "membership", "person", "also", "item")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def step(request: HttpRequest, visitor: Visitor, collection: str, ref: str, name: str) -> HttpResponseBase:
    model = collections().get(collection)
    if model is None or name not in steps_of(model) or steps_of(model)[name].by == {CONSEQUENCE}:
        raise Http404(f"{collection}/{name}")
    if request.method == "POST":
        return _take(request, visitor, model, ref, name)
    found = _find(visitor, model, ref)
    view = step_view(found, name, visitor.person, at=visitor.at, standing=visitor.standing)
    given = raw_input(view.form, request.GET)
    view.form.initial = {**view.form.initial, **{key: given[key] for key in PREFILLED if key in given}}
    if found.noun == "meeting" and name == "close":
        view.form.initial |= draft_minutes(found, visitor)
    return _draw(request, found, view)


def _find(visitor: Visitor, model: type[Lifecycle], ref: str) -> Any:
    return visitor.find(model, ref, *RELATED.get(model.noun, ()))


def _take(request: HttpRequest, visitor: Visitor, model: type[Lifecycle], ref: str, name: str) -> HttpResponseBase:
    """The same form sent twice takes the step once. The second time it is told so, even where the step has put its
    object out of the person's sight.
    """

    def do() -> str:
        found = _find(visitor, model, ref)
        raw = raw_input(step_view(found, name, visitor.person, standing=visitor.standing).form, request.POST)
        return page_of(perform(found, name, raw, by=visitor.person), visitor)

    try:
        answer = once_by_form(visitor.person, request.path, request.POST, at=visitor.at, do=do)
    except KeyReused:
        return _again(
            request, visitor, _find(visitor, model, ref), name, InvalidInput({"": [str(TAKEN_MEANWHILE)]}), 409
        )
    except (InvalidInput, Refused) as refusal:
        return _again(request, visitor, _find(visitor, model, ref), name, refusal)
    if answer.replayed:
        messages.info(request, _("这份表单已经提交过，没有重复办理。"))
    else:
        messages.success(request, _("“%(step)s”已办理。") % {"step": steps_of(model)[name].label})
    return redirect(answer.text)


def _again(
    request: HttpRequest,
    visitor: Visitor,
    found: Lifecycle,
    name: str,
    answer: InvalidInput | Refused,
    status: int = 422,
) -> HttpResponseBase:
    """The page once more, with all that was wrong and all that was typed, but for passwords."""
    view = step_view(found, name, visitor.person, standing=visitor.standing, data=request.POST)
    if isinstance(answer, InvalidInput):
        for key, problems in answer.errors.items():
            if key not in view.form.errors:
                view.form.add_error(key if key in view.form.fields else None, problems)
        return _draw(request, found, view, status=status)
    return _draw(request, found, view, refused=answer.refusals, status=409)


def _draw(
    request: HttpRequest, found: Lifecycle, view: StepView, *, refused: Any = (), status: int = 200
) -> HttpResponseBase:
    context = {
        "object": found,
        "view": view,
        "form": view.form,
        "refusals": refused or view.refusals,
        "was_refused": bool(refused),
        "cautions": [] if view.refusals else cautions_of(found, view, visitor_of(request).at),
        "back": desk_address(found),
        "once": form_key(found, view.name),
    }
    return render(request, "desk/step.html", context, status=status)


def raw_input(form: forms.Form, data: QueryDict) -> dict[str, Any]:
    """What the page sent for the form's own fields, as the door wants it: lists where several may be chosen."""
    return {
        name: data.getlist(name) if isinstance(field, forms.MultipleChoiceField) else data[name]
        for name, field in form.fields.items()
        if name in data
    }


def page_of(found: Lifecycle, visitor: Visitor) -> str:
    """Where to go after a step: to its object, or to the queue once that is out of the person's sight."""
    seen = at_desk(type(found), visitor.standing).filter(pk=found.pk).exists()
    return desk_address(found) if seen else reverse("desk:queue")


def desk_address(found: Any) -> str:
    if found.noun in BESIDES:
        return reverse(f"desk:{found.noun}", args=[found.ref])
    if found.noun == "foreign_approval":
        return reverse("desk:foreign_approvals", args=[found.review.ref])
    review = {"review": found, "opinion": getattr(found, "review", None)}.get(found.noun)
    return reverse("desk:review", args=[review.ref]) if review is not None else found.get_absolute_url()
