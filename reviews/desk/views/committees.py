"""Committees at the desk: who sits there, what is on file, what is wrong and what will be."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from committees.kinds import AiCategory, CommitteeType, HumanCategory, Regime
from committees.models import (
    Committee,
    CommitteeRule,
    InterestDeclaration,
    Membership,
    SignedPaper,
    Training,
    declared_until,
)
from committees.timing import TERM, TRAINING, Member
from ethicsreview.accounts.models import COMMITTEE_ROLES, Institution, Role
from ethicsreview.accounts.regions import named_regions
from ethicsreview.accounts.validators import plain_text, region_code
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import create, open_steps
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, desk_page
from reviews.desk.composition import health
from reviews.desk.emergencies import readiness
from reviews.desk.queue import SHORT

ROWS = 30
# A member's term and training stand on the page from so long before their end.
SOON = timedelta(days=90)


@require_safe
@desk_page
def committees(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    rows = Committee.objects.visible_to(visitor.standing).select_related("institution")
    if words := request.GET.get("q", "")[:100].strip():
        rows = rows.filter(name__icontains=words)
    page = keyset.page(rows, by=["name", "pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    context = {"page": page, "q": words, "may_found": bool(_owners(visitor))}
    return render(request, "desk/committees.html", context)


@dataclass
class Seat:
    """One term on the committee, with what is on file of the person."""

    membership: Membership
    papers: list[SignedPaper] = field(default_factory=list)
    trainings: list[Training] = field(default_factory=list)
    declared_until: date | None = None
    owed: list[Deadline] = field(default_factory=list)

    @property
    def backgrounds(self) -> list[str]:
        """Of both catalogues: what both call the same is said once."""
        ai, human = dict(AiCategory.choices), dict(HumanCategory.choices)
        found = [ai.get(one, one) for one in self.membership.ai_categories]
        found += [human.get(one, one) for one in self.membership.human_categories]
        return list(dict.fromkeys(str(one) for one in found))


@require_safe
@desk_page
def committee(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Committee, ref, "institution")
    day = law_day(visitor.at)
    rows = found.memberships.not_ended(day).with_people().order_by("appointment__starts", "pk")
    memberships = list(rows)
    # Read once for the composition and for what is listed.
    filed = Prefetch("rules", CommitteeRule.objects.select_related("version__document"))
    prefetch_related_objects([found], "signed_papers", filed)
    context = {
        "committee": found,
        "seats": _seats(found, memberships, visitor.at),
        "regimes": [str(Regime(regime).label) for regime in found.regimes if regime in Regime.values],
        "health": health(found, found.facts_with(memberships), visitor.at),
        "readiness": readiness(found, visitor.at),
        "rules": sorted(found.rules.all(), key=lambda rule: (rule.kind, -rule.effective.toordinal())),
        "deadlines": Deadline.objects.of(found).open().soonest(),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
        "sits": visitor.standing.holds(*COMMITTEE_ROLES, body_id=found.pk),
        "declared": InterestDeclaration.objects.filter(committee=found, person=visitor.person, year=day.year).first(),
        "year": day.year,
        "files_rules": bool(found.capacities(visitor.standing) & {"institution_officer", "operator", "secretary"}),
    }
    return render(request, "desk/committee.html", context)


def _seats(found: Committee, memberships: list[Membership], at: datetime) -> list[Seat]:
    seats = [Seat(one) for one in memberships]
    by_person: dict[int, list[Seat]] = {}
    for seat in seats:
        by_person.setdefault(seat.membership.appointment.person_id, []).append(seat)
    for paper in sorted(found.signed_papers.all(), key=lambda paper: (paper.kind, -paper.signed_on.toordinal())):
        for seat in by_person.get(paper.person_id, []):
            seat.papers.append(paper)
    policy = found.policy(found.regimes, at)
    for person, until in declared_until(found, by_person, policy).items():
        for seat in by_person[person]:
            seat.declared_until = until
    for training in found.trainings.order_by("-held_on", "-pk"):
        for seat in by_person.get(training.person_id, []):
            seat.trainings.append(training)
    # What ends soon: the term, the training.
    of_term = {seat.membership.ref: seat for seat in seats}
    of_person = {Member(found, person).ref: own[-1] for person, own in by_person.items()}
    rows = Deadline.objects.open().filter(subject_kind=Committee.noun, subject_ref=found.ref)
    for row in rows.filter(kind__in=[TERM, TRAINING], due_at__lte=at + SOON).soonest():
        if (one := (of_term if row.kind == TERM else of_person).get(row.object_ref)) is not None:
            one.owed.append(row)
    return seats


class CommitteeForm(forms.Form):
    """What a committee is before anyone sits on it; its people and rules come by steps."""

    owner = forms.ChoiceField(label=_("设立单位"))
    name = forms.CharField(label=_("名称"), max_length=200, validators=[plain_text])
    name_en = forms.CharField(label=_("英文名称"), max_length=200, required=False, validators=[plain_text])
    region = forms.CharField(
        label=_("地区"),
        max_length=6,
        help_text=_("六位行政区划代码（GB/T 2260）；输入市名可以选择。"),
        validators=[region_code],
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    regimes = forms.MultipleChoiceField(
        label=_("审查范围"), choices=Regime.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, owners: list[tuple[str, Any]], region: str) -> None:
        super().__init__(data, initial={"region": region})
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def found(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """A new committee, in preparation: of one's institution, or for an operator a centre."""
    owners = _owners(visitor)
    if not owners:
        raise Http404(request.path)
    # As a rule where its first owner is.
    region = Institution.objects.filter(ref=owners[0][0]).values_list("region", flat=True).first() or ""
    form = CommitteeForm(request.POST or None, owners=owners, region=region)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        owner = given.pop("owner")
        institution = Institution.objects.filter(ref=owner).first()
        kind = CommitteeType.INSTITUTION if institution else owner
        made = create(Committee(type=kind, institution=institution, **given), by=visitor.person, at=visitor.at)
        messages.success(request, _("委员会已登记为筹建，请聘任委员、备案制度后设立。"))
        return redirect(made)
    context = {"form": form, "regions": named_regions(region)}
    return render(request, "desk/committee_new.html", context, status=422 if form.errors else 200)


def _owners(visitor: Visitor) -> list[tuple[str, Any]]:
    """For whom this person may set up a committee."""
    standing = visitor.standing
    institutions = Institution.objects.filter(pk__in=standing.bodies(Role.INSTITUTION_OFFICER), is_active=True)
    offered: list[tuple[str, Any]] = list(institutions.order_by("name").values_list("ref", "name")[:SHORT])
    if standing.holds(Role.OPERATOR):
        offered += [choice for choice in CommitteeType.choices if choice[0] != CommitteeType.INSTITUTION]
    return offered
