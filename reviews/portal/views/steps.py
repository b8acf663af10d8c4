"""Any step of an object that the portal shows: its form, what stands in its way, and taking it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ethicsreview.lifecycle.door import StepView, perform, step_view
from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, Refusal, Refused
from ethicsreview.lifecycle.steps import steps_of
from reviews.models import (
    Appeal,
    Collaboration,
    Commitment,
    Entrustment,
    Exemption,
    FollowUp,
    ForeignApproval,
    Mandate,
    Participation,
    Project,
    Recognition,
    Report,
    Respondent,
    Review,
    RiskAssessment,
    Sanction,
)
from reviews.models.idempotency import TAKEN_MEANWHILE, KeyReused, form_key, once_by_form
from reviews.portal.access import Visitor, portal_page
from reviews.portal.views.applications import SUBMITTING

COLLECTIONS: dict[str, type[Lifecycle]] = {
    model.collection: model
    for model in (
        *(Project, RiskAssessment, Review, ForeignApproval, Appeal, Exemption, Mandate, FollowUp, Report),
        *(Collaboration, Participation, Entrustment, Recognition),
        *(Respondent, Sanction, Commitment),
    )
}
# What a link may fill in: which other objects are meant, never what is said of them.
PREFILLED = ("also",)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def step(request: HttpRequest, visitor: Visitor, collection: str, ref: str, name: str) -> HttpResponseBase:
    model = COLLECTIONS.get(collection)
    if model is None or name not in steps_of(model):
        raise Http404(f"{collection}/{name}")
    obj = visitor.find(model, ref)
    if request.method == "POST":
        return _take(request, visitor, obj, name)
    view = step_view(obj, name, visitor.person, at=visitor.at)
    given = {key: request.GET.getlist(key) for key in PREFILLED if key in request.GET and key in view.form.fields}
    view.form.initial = {**view.form.initial, **given}
    return _draw(request, obj, view, view.form, view.refusals, 409 if view.refusals else 200)


def _take(request: HttpRequest, visitor: Visitor, obj: Lifecycle, name: str) -> HttpResponseBase:
    view = step_view(obj, name, visitor.person, at=visitor.at, data=request.POST)

    def do() -> str:
        done = perform(obj, name, posted(view.form, request.POST), by=visitor.person, at=visitor.at)
        if isinstance(done, Review) and name in SUBMITTING.values():
            return reverse("portal:submitted", args=[done.ref])
        return address_after(done, name)

    try:
        answer = once_by_form(visitor.person, request.path, request.POST, at=visitor.at, do=do)
    except KeyReused:
        view.form.add_error(None, str(TAKEN_MEANWHILE))
        return _draw(request, obj, view, view.form, (), 409)
    except Refused as refused:
        obj = visitor.find(type(obj), obj.ref)
        return _draw(request, obj, view, view.form, refused.refusals, 409)
    except InvalidInput as invalid:
        _add(view.form, invalid)
        return _draw(request, obj, view, view.form, (), 422)
    if answer.replayed:
        messages.info(request, _("这份表单已经提交过，没有重复办理。"))
    elif name not in SUBMITTING.values():
        messages.success(request, _("“%(step)s”已完成。") % {"step": view.label})
    return redirect(answer.text)


def address_after(done: Lifecycle, name: str) -> str:
    """Where one goes on: what the step has begun, or its object."""
    if isinstance(done, Project) and name == "begin_amendment":
        begun = Review.objects.filter(project=done, amends=done.in_force).order_by("-pk").first()
        return (begun or done).get_absolute_url()
    return done.get_absolute_url()


def posted(form: forms.Form, data: QueryDict) -> dict[str, Any]:
    """What was sent for the form's own fields, as `perform` takes it: lists only where several may be chosen."""
    several = {name for name, field in form.fields.items() if getattr(field.widget, "allow_multiple_selected", False)}
    return {name: data.getlist(name) if name in several else data[name] for name in form.fields if name in data}


def _add(form: StepForm, invalid: InvalidInput) -> None:
    """The door's answer beside the fields, where the form itself has not said the same."""
    form.is_valid()
    for name, found in invalid.errors.items():
        if name in form.fields and name not in form.errors:
            form.add_error(name, list(found))


def _draw(
    request: HttpRequest, obj: Lifecycle, view: StepView, form: StepForm, refusals: Sequence[Refusal], status: int
) -> HttpResponseBase:
    form.label_suffix = ""
    context: Mapping[str, Any] = {
        "obj": obj,
        "step": view.step,
        "cite": view.cite,
        "form": form,
        "once": form_key(obj, view.name),
        "refusals": refusals,
        "moved_on": any(refusal.code == "state" for refusal in refusals),
        "commitment": getattr(form, "commitment", None),
        "frozen": getattr(form, "frozen", None),
        "check": _checkable(obj, refusals),
    }
    return render(request, "portal/step.html", context, status=status)


def _checkable(obj: Lifecycle, refusals: Sequence[Refusal]) -> bool:
    """Whether what stands in the way is something that the check page links to, field by field."""
    kinds = ("content.", "material.")
    return isinstance(obj, Review) and any(refusal.code.startswith(kinds) for refusal in refusals)
