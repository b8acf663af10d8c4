"""The review in the partners' countries, as the committee's secretary checks it."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ethicsreview.documents.storage import serve
from ethicsreview.ui.keyset import page
from reviews.desk.access import Visitor, desk_page
from reviews.desk.dossier import Dossier
from reviews.models import ForeignApproval
from reviews.models.projects.starting import gates

SIZE = 50
# Steps that are taken for several countries at once.
TOGETHER = ("confirm", "send_back")


@require_safe
@desk_page
def countries(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Every partner's country with what the lead entered, by state, found by name; one page at a time."""
    dossier = Dossier.open(visitor, ref)
    review = dossier.review
    rows = review.project.foreign_approvals.all()
    numbers = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    words, state = request.GET.get("q", "")[:60].strip(), request.GET.get("state", "")
    shown = rows.filter(state=state) if state in numbers else rows.current()
    shown = shown.named(words) if words else shown
    by = ["pk"]
    found = page(shown.select_related("document"), by=by, cursor=request.GET.get("cursor", ""), size=SIZE)
    context: dict[str, Any] = {
        "dossier": dossier,
        "review": review,
        "tab": "countries",
        "page": found,
        "states": [
            (value, label, numbers[value]) for value, label in ForeignApproval.State.choices if value in numbers
        ],
        "state": state,
        "words": words,
        "gates": gates(review.project, visitor.at),
        "handles": dossier.on_table and _handles(visitor, review),
        "entered": numbers.get(ForeignApproval.State.ENTERED, 0),
        "lapsed": {one.pk for one in found.rows if one.lapsed(visitor.at)},
    }
    return render(request, "desk/foreign_approvals.html", context)


@require_safe
@desk_page
def together(request: HttpRequest, visitor: Visitor, ref: str, name: str) -> HttpResponseBase:
    """To the page of a step, with the countries that were ticked on the list; `all`: with every one that waits."""
    if name not in TOGETHER:
        raise Http404(name)
    review = Dossier.open(visitor, ref).review
    rows = review.project.foreign_approvals.filter(state=ForeignApproval.State.ENTERED).order_by("pk")
    chosen = rows if "all" in request.GET else rows.filter(country__in=request.GET.getlist("country"))
    codes = dict(chosen.values_list("ref", "country"))
    if not codes:
        messages.warning(request, _("请先选择国家。"))
        return redirect("desk:foreign_approvals", ref)
    first, *others = codes
    address = reverse("desk:step", args=[ForeignApproval.collection, first, name])
    return redirect(f"{address}?{urlencode({'also': [codes[other] for other in others]}, doseq=True)}")


@require_safe
@desk_page
def document(request: HttpRequest, visitor: Visitor, ref: str, approval: str) -> HttpResponseBase:
    review = Dossier.open(visitor, ref).review
    rows = review.project.foreign_approvals.exclude(document=None)
    found = rows.select_related("document__findings").filter(ref=approval).exclude(state__in=ForeignApproval.ENTERABLE)
    if (one := found.first()) is None:
        raise Http404(approval)
    return serve(one.document)


def _handles(visitor: Visitor, review: Any) -> bool:
    return visitor.standing.holds("secretary", body_id=review.committee_id)
