"""Who of a committee is away, and when; a member says so for themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from committees.models import Committee
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import Absence
from reviews.models.absences.absence import VOTING
from reviews.models.absences.announcing import AbsenceForm, announce

MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def absences(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    committee = visitor.find(Committee, ref)
    may_announce = visitor.standing.holds(*VOTING, body_id=committee.pk)
    form = AbsenceForm(request.POST or None) if may_announce else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            announce(committee, by=visitor.person, at=visitor.at, **form.cleaned_data)
        except InvalidInput as wrong:
            for name, told in wrong.errors.items():
                form.add_error(name, told)
        else:
            messages.success(request, _("已告知请假，期间的会议已答复不能到会。"))
            return redirect("desk:absences", committee.ref)
    rows = at_desk(Absence, visitor.standing).filter(committee=committee).select_related("person")
    context = {
        "committee": committee,
        "form": form,
        "rows": rows.to_come(law_day(visitor.at))[:MOST],  # type: ignore[attr-defined]
        "own": visitor.person.pk,
    }
    return render(request, "desk/absences.html", context, status=422 if form and form.errors else 200)
