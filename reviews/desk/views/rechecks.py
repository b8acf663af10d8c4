"""Re-checks at the desk: the docket, one with its panel and dossier, an expert's invitation, the files."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ethicsreview.documents.models import Letter
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.drafts import Stale, keep_draft
from reviews.desk import rechecks as work
from reviews.desk.access import Visitor, desk_page
from reviews.models import Material, Recheck, RecheckOpinion
from reviews.models.rechecks.forms import JUDGED, NOTE


@require_safe
@desk_page
def docket(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """For departments what is before them, with its clocks; for experts what they are asked, and what they gave."""
    if not visitor.follows_rechecks:
        raise Http404(request.path)
    state = request.GET.get("state", "")
    state = state if state in Recheck.State.values else ""
    context: dict[str, Any] = {
        "rows": work.docket(visitor, state, request.GET.get("cursor", "")),
        "state": state,
        "states": Recheck.State.choices,
        "seats": work.seats_of(visitor),
        "given": work.given_by(visitor),
    }
    return render(request, "desk/rechecks.html", context)


@require_safe
@desk_page
def recheck(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    page = work.RecheckPage.open(visitor, ref)
    return render(request, "desk/recheck.html", {"page": page, "recheck": page.recheck, "review": page.review})


@require_safe
@desk_page
def seat(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """An invitation, with what one must know to see whether one has an interest; whoever has accepted goes on."""
    found = visitor.find(
        RecheckOpinion,
        ref,
        "person",
        "expert__appointment",
        "recheck__authority",
        "recheck__review__committee",
        "recheck__review__project__institution",
        "recheck__review__project__lead",
    )
    if found.person_id != visitor.person.pk or found.state != RecheckOpinion.State.INVITED:
        return redirect(found.recheck)
    context = {
        "seat": found,
        "recheck": found.recheck,
        "review": found.recheck.review,
        "members": found.recheck.review.project.members.select_related("institution"),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/recheck_seat.html", context)


class DraftForm(forms.Form):
    """The reasons of an opinion while they are written. The vote is no part of a draft."""

    revision = forms.IntegerField(min_value=0)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for head in ("compliance", "reasonableness"):
            self.fields[head] = forms.ChoiceField(required=False, choices=[("", ""), *JUDGED])
            self.fields[f"{head}__note"] = forms.CharField(required=False, max_length=NOTE, strip=False)
        self.fields["other"] = forms.CharField(required=False, max_length=NOTE, strip=False)

    def answers(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision" and value}


@require_POST
@desk_page
def draft(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Keep what was typed, unless another window has saved since: then nothing is overwritten, and the page says so."""
    found = visitor.find(RecheckOpinion, ref, "recheck")
    if found.person_id != visitor.person.pk:
        raise Http404(ref)
    form = DraftForm(request.POST)
    state: dict[str, Any] = {"opinion": found, "revision": request.POST.get("revision", "")}
    if not form.is_valid():
        state["problem"] = "invalid"
    else:
        revision = form.cleaned_data["revision"]
        try:
            state["revision"] = keep_draft(
                found, by=visitor.person, revision=revision, at=visitor.at, draft_answers=form.answers()
            )
            state["saved_at"] = visitor.at
        except Stale:
            state["problem"] = "stale"
    if request.headers.get("HX-Request"):
        return render(request, "desk/draft_state.html", state)
    return redirect(found.recheck)


@require_safe
@desk_page
def document(request: HttpRequest, visitor: Visitor, ref: str, document: str, number: int) -> HttpResponseBase:
    """A document of the version that the panel has before it."""
    found = visitor.find(Recheck, ref)
    papers = Material.objects.filter(submission=found.submission_id)
    paper = (
        papers.filter(version__document__ref=document, version__number=number)
        .select_related("version__findings")
        .first()
    )
    if paper is None:
        raise Http404(document)
    return serve(paper.version)


@require_safe
@desk_page
def letter(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The re-check opinion as a letter: for the departments, its panel, and whoever may see the review it answers."""
    found = Recheck.objects.visible_to(visitor.standing).filter(ref=ref).first()
    if found is None:
        asked = Recheck.objects.filter(ref=ref, state=Recheck.State.DELIVERED)
        found = asked.filter(review__in=visitor.reviews()).first()
    made = Letter.objects.of(Recheck.noun, ref).first() if found is not None else None
    if made is None:
        raise Http404(ref)
    return serve(made)
