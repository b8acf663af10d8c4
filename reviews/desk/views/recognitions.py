"""Alliances and recognition at the desk: officers found and join; a committee's officers recognise or refuse."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from committees.kinds import Regime
from ethicsreview.accounts.models import Institution, Role
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.storage import serve_kept
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, desk_page, reviews_on_table
from reviews.desk.queue import SHORT
from reviews.desk.views.besides import common
from reviews.models import Alliance, Recognition
from reviews.models.recognitions.recognising import found_alliance

ROWS = 30
RELATED = (
    *("review__project__institution", "review__project__lead", "review__committee", "review__assessment"),
    *("decision__review__committee", "decision__review__project", "decision__submission", "review__submission"),
    *("alliance", "document__document"),
)


class AllianceForm(forms.Form):
    founder = forms.ChoiceField(label=gettext_lazy("发起单位"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=200, validators=[plain_text])
    regimes = forms.MultipleChoiceField(
        label=gettext_lazy("互认的领域"), choices=Regime.choices, widget=forms.CheckboxSelectMultiple
    )
    term_months = forms.IntegerField(
        label=gettext_lazy("认可的期限（月）"),
        required=False,
        min_value=1,
        max_value=120,
        help_text=gettext_lazy("不填则按规则的期限；只能缩短，不能延长。"),
    )
    charter = forms.CharField(
        label=gettext_lazy("互认规则"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, data: Any, *, own: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["founder"].choices = own  # type: ignore[attr-defined]


@require_safe
@desk_page
def alliances(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    rows = at_desk(Alliance, visitor.standing).select_related("founder")
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    return render(request, "desk/alliances.html", {"page": page, "may_begin": bool(_own(visitor))})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def found(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = _own(visitor)
    if not own:
        raise Http404(request.path)
    form = AllianceForm(request.POST or None, own=[(unit.ref, unit.name) for unit in own])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        founder = next(unit for unit in own if unit.ref == given.pop("founder"))
        return redirect(found_alliance(founder, by=visitor.person, at=visitor.at, **given))
    return render(request, "desk/alliance_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@desk_page
def alliance(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    one = visitor.find(Alliance, ref, "founder")
    seats = one.seats.select_related("institution").order_by("pk")
    page = keyset.page(seats, by=["pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    context = common(visitor, one) | {"alliance": one, "page": page}
    return render(request, "desk/alliance.html", context)


@require_safe
@desk_page
def recognition(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    one = visitor.find(Recognition, ref, *RELATED)
    _read_once(visitor, one)
    context = common(visitor, one) | {
        "recognition": one,
        "deadlines": list(Deadline.objects.of(one).open().soonest()),
    }
    return render(request, "desk/recognition.html", context)


@require_safe
@desk_page
def document(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    return serve_kept(visitor.find(Recognition, ref, "document__findings").document, ref)


def _read_once(visitor: Visitor, one: Recognition) -> None:
    """What the guards would read again: whose versions these are, and that the visitor has no part in the matter."""
    if one.review.submission is not None:
        one.review.submission.review = one.review
    if one.decision is not None:
        one.decision.submission.review = one.decision.review
    if reviews_on_table(visitor.standing).filter(pk=one.review_id).exists():
        one.review.judged_by(visitor.person)


def _own(visitor: Visitor) -> list[Institution]:
    bodies = visitor.standing.bodies(Role.INSTITUTION_OFFICER)
    return list(Institution.objects.filter(pk__in=bodies, is_active=True).order_by("name")[:SHORT])
