"""Answering what the committee asked for, request by request, as it is typed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ethicsreview.policy.words import said
from reviews.models import Request, Review
from reviews.models.submissions.writing import keep_answers
from reviews.portal.access import Visitor, closed, portal_page
from reviews.portal.application import Application
from reviews.portal.keeping import Conflict, keep, token
from reviews.portal.views.applications import writable
from reviews.portal.views.autosave import autosaved, shown

LONGEST = Request._meta.get_field("answer").max_length


class AnswersForm(forms.Form):
    """Drafts: the step that hands them in asks for each."""

    def __init__(self, requests: list[Request], data: Any = None) -> None:
        super().__init__(data, initial={_name(one): one.answer for one in requests}, label_suffix="")
        for one in requests:
            field = forms.CharField(
                label=_("对第%(number)d项的答复") % {"number": one.number},
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
            field.needed = True  # type: ignore[attr-defined]  # the step asks for it, so it is not drawn as optional
            self.fields[_name(one)] = field

    def answers(self) -> dict[str, str]:
        return {name: text.replace("\r\n", "\n") for name, text in self.cleaned_data.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def answers(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    review, version = writable(visitor, ref)
    requests = list(review.open_requests())
    if version is None or not requests:
        return closed(request, review)
    if request.method == "POST":
        return _save(request, visitor, review, requests)
    application = Application(review, version, visitor.at)
    context = {
        "review": review,
        "rows": _rows(application, requests, form := AnswersForm(requests)),
        "form": form,
        "token": token(_saved(requests)),
    }
    return render(request, "portal/answers.html", context)


def _save(request: HttpRequest, visitor: Visitor, review: Review, requests: list[Request]) -> HttpResponseBase:
    form = AnswersForm(requests, request.POST)
    form.is_valid()
    seen = request.POST.get("overwrite") or request.POST.get("seen", "")
    conflict = _keep(visitor, review, form.answers(), seen)
    conflict_shown = shown(conflict, form, lambda _key, text: text or "")
    now_seen = seen if conflict else token(_saved(review.open_requests()))
    if request.headers.get("HX-Request"):
        return autosaved(request, token=now_seen, conflict=conflict_shown)
    if not conflict and not form.errors:
        return redirect(review)
    version = review.draft_submission
    assert version is not None
    application = Application(review, version, visitor.at)
    context = {
        "review": review,
        "rows": _rows(application, requests, form),
        "form": form,
        "token": now_seen,
        "conflict": conflict_shown,
    }
    return render(request, "portal/answers.html", context, status=409 if conflict else 422)


def _keep(visitor: Visitor, review: Review, typed: dict[str, str], seen: str) -> Conflict | None:
    before: dict[str, str] = {}

    def read() -> Mapping[str, Any]:
        before.update(_saved(review.open_requests()))
        return before

    def write(values: Mapping[str, Any]) -> None:
        keep_answers(
            review,
            by=visitor.person,
            answers={_number(name): text for name, text in values.items()},
            before={_number(name): text for name, text in before.items()},
            at=visitor.at,
        )

    return keep(typed, seen, read=read, write=write)


def _rows(
    application: Application, requests: list[Request], form: AnswersForm
) -> list[tuple[Request, forms.BoundField, str, str]]:
    """Each request with its box, what it speaks of, and where that is changed: an address, or nothing."""
    ref = application.review.ref
    places: dict[str, tuple[str, str]] = {}
    for section in application.asked.values():
        page = reverse("portal:section", args=[ref, section.key])
        places |= {asked.key: (said(asked.field), f"{page}#q-{asked.key}") for asked in section.fields}
    page = reverse("portal:materials", args=[ref])
    places |= {paper.key: (paper.title, f"{page}#{paper.key}") for paper in application.papers}
    return [(one, form[_name(one)], *places.get(one.item, ("", ""))) for one in requests]


def _saved(requests: Any) -> dict[str, str]:
    return {_name(one): one.answer for one in requests}


def _name(one: Request) -> str:
    return f"answer__{one.number}"


def _number(name: str) -> int:
    return int(name.removeprefix("answer__"))
