"""What the desk sends and fetches while a page stays open: the draft of an opinion, the count of the ballots."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ethicsreview.lifecycle.drafts import Stale, keep_draft
from reviews.desk.access import Visitor, desk_page
from reviews.desk.agenda import Agenda
from reviews.models import Meeting, Opinion
from reviews.models.opinions.forms import ANSWERS, concerns_asked, criteria_for

NOTE, COMMENT = 2000, 8000  # characters, as in the form that casts


class DraftForm(forms.Form):
    """The reasons of an opinion while they are written. A verdict is no part of a draft."""

    revision = forms.IntegerField(min_value=0)

    def __init__(self, opinion: Opinion, data: Any) -> None:
        super().__init__(data)
        self.fields["comment"] = forms.CharField(required=False, max_length=COMMENT, strip=False)
        for criterion in criteria_for(opinion.review):
            name = f"criterion__{criterion.key}"
            self.fields[name] = forms.ChoiceField(required=False, choices=[("", ""), *ANSWERS])
            self.fields[f"{name}__note"] = forms.CharField(required=False, max_length=NOTE, strip=False)
        # Whether anything is raised decides, and is no part of a draft; the reason is.
        for key in concerns_asked(opinion.review) if opinion.designation_id else ():
            self.fields[f"concern__{key}__note"] = forms.CharField(required=False, max_length=NOTE, strip=False)

    def answers(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision" and value}


@require_POST
@desk_page
def draft(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Keep what was typed, unless another window has saved since: then nothing is overwritten, and the page says so."""
    opinion = visitor.find(Opinion, ref, "review__project", "review__assessment")
    if opinion.person_id != visitor.person.pk:
        raise Http404(ref)
    form = DraftForm(opinion, request.POST)
    state: dict[str, Any] = {"opinion": opinion, "revision": request.POST.get("revision", "")}
    if not form.is_valid():
        state["problem"] = "invalid"
    else:
        try:
            state["revision"] = keep_draft(
                opinion,
                by=visitor.person,
                revision=form.cleaned_data["revision"],
                at=visitor.at,
                draft_answers=form.answers(),
            )
            state["saved_at"] = visitor.at
        except Stale:
            state["problem"] = "stale"
    if request.headers.get("HX-Request"):
        return render(request, "desk/draft_state.html", state)
    return _without_scripts(request, opinion, state.get("problem", ""))


def _without_scripts(request: HttpRequest, opinion: Opinion, problem: str) -> HttpResponse:
    if problem == "stale":
        messages.error(request, _("这份意见在另一窗口中修改过，刚才的内容没有保存。"))
    elif problem:
        messages.error(request, _("内容过长或有误，没有保存。"))
    else:
        messages.success(request, _("草稿已保存。"))
    return redirect("desk:review", opinion.review.ref)


@require_safe
@desk_page
def ballots(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The agenda with its counts, fetched every few seconds while the meeting is in session."""
    agenda = Agenda(visitor.find(Meeting, ref, "committee", "presider__appointment__person"), visitor)
    return render(request, "desk/ballots.html", {"agenda": agenda, "meeting": agenda.meeting})
