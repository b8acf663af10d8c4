"""Meetings at the desk: the list, a new one, and the page of one with its agenda."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.validators import plain_text
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, desk_page
from reviews.desk.agenda import Agenda
from reviews.desk.queue import SHORT
from reviews.desk.simplified import outstanding_reports
from reviews.models import Meeting
from reviews.models.applying import start_meeting
from reviews.models.idempotency import TAKEN_MEANWHILE, KeyReused, once_by_form

ROWS = 30


@require_safe
@desk_page
def meetings(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    rows = Meeting.objects.visible_to(visitor.standing).select_related("committee")
    state = request.GET.get("state", "")
    if state in Meeting.State.values:
        rows = rows.filter(state=state)
    page = keyset.page(rows, by=["-starts_at", "-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    planning = Committee.objects.active().filter(pk__in=visitor.standing.bodies(Role.SECRETARY)).order_by("name", "pk")
    context = {
        "page": page,
        "planning": planning[:SHORT],
        "reports": outstanding_reports(visitor, SHORT),
        "state": state,
        "states": Meeting.State.choices,
    }
    return render(request, "desk/meetings.html", context)


class MeetingForm(forms.Form):
    title = forms.CharField(label=_("会议名称"), max_length=200, validators=[plain_text])
    starts_at = forms.DateTimeField(
        label=_("开始时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    place = forms.CharField(label=_("地点"), max_length=200, required=False, validators=[plain_text])

    def __init__(self, data: Any, *, visitor: Visitor) -> None:
        super().__init__(data)
        self.visitor = visitor

    def clean_starts_at(self) -> Any:
        if (starts_at := self.cleaned_data["starts_at"]) < self.visitor.at:
            raise forms.ValidationError(_("开始时间不能早于现在。"), code="past")
        return starts_at


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def plan(request: HttpRequest, visitor: Visitor, committee: str) -> HttpResponseBase:
    found = visitor.find(Committee, committee)
    if not visitor.standing.holds(Role.SECRETARY, body_id=found.pk):
        raise Http404(committee)
    form = MeetingForm(request.POST or None, visitor=visitor)
    if request.method == "POST" and form.is_valid():
        try:
            answer = once_by_form(
                visitor.person,
                request.path,
                request.POST,
                at=visitor.at,
                do=lambda: start_meeting(
                    found, by=visitor.person, at=visitor.at, **form.cleaned_data
                ).get_absolute_url(),
            )
        except KeyReused:
            form.add_error(None, str(TAKEN_MEANWHILE))
        else:
            again, made = _("这份表单已经提交过，没有重复办理。"), _("会议已安排，请编排议程。")
            messages.success(request, again if answer.replayed else made)
            return redirect(answer.text)
    last = found.meetings.aggregate(last=Max("pk"))["last"]
    context = {"committee": found, "form": form, "once": f"meeting:new:{found.ref}:{last or 0}"}
    return render(request, "desk/meeting_new.html", context, status=422 if form.errors else 200)


@require_safe
@desk_page
def meeting(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Meeting, ref, "committee", "presider__appointment__person")
    context = {
        "meeting": found,
        "agenda": Agenda(found, visitor),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/meeting.html", context)


@require_safe
@desk_page
def agenda(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Building the agenda of a meeting to come, with what each item would lack. For the committee's secretary."""
    found = visitor.find(Meeting, ref, "committee", "presider__appointment__person")
    built = Agenda(found, visitor)
    if not (built.keeps and built.is_planned):
        raise Http404(ref)
    return render(request, "desk/agenda.html", {"meeting": found, "agenda": built})
