"""The registers that everybody reads: of committees, and of approvals as far as policy makes them public."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from committees.kinds import CommitteeType
from ethicsreview.accounts.regions import cities, provinces
from ethicsreview.policy import policy_for
from ethicsreview.ui import keyset
from reviews.oversight.publicity import committees as listing
from reviews.oversight.publicity.decisions import RELATED, approvals, told
from reviews.oversight.publicity.sanctions import articles
from reviews.public.caching import public_page

ROWS = 30
ALL = ("", _("全部"))


def _places() -> list[tuple[str, Any]]:
    found = []
    for code, name in sorted(provinces().items()):
        found += [(code, name), *((city, f"{name}{called}") for city, called in sorted(cities(code).items()))]
    return [ALL, *found]


class Search(forms.Form):
    """A value that it may not have is ignored."""

    q = forms.CharField(label=_("名称、单位或者编号"), required=False, max_length=100)
    region = forms.ChoiceField(label=_("地区"), required=False, choices=_places)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        for field in self.fields.values():
            field.needed = True  # type: ignore[attr-defined]  # a filter is not drawn as an optional answer
        self.is_valid()

    @property
    def given(self) -> dict[str, str]:
        return {name: value.strip() for name, value in self.cleaned_data.items() if value.strip()}


class CommitteeSearch(Search):
    type = forms.ChoiceField(label=_("类型"), required=False, choices=[ALL, *CommitteeType.choices])


class DecisionSearch(Search):
    q = forms.CharField(label=_("文号或者委员会"), required=False, max_length=100)
    committee = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)


class SanctionSearch(Search):
    q = forms.CharField(label=_("文号、处理机关或者内容"), required=False, max_length=100)
    article = forms.ChoiceField(label=_("条款"), required=False, choices=lambda: [ALL, *articles()])


@require_safe
@public_page
def committees(request: HttpRequest) -> HttpResponse:
    chosen = CommitteeSearch(request.GET)
    rows = listing.committees(chosen.given).select_related("institution")
    page = keyset.page(rows, by=["region", "name", "pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    context = {"filter": chosen, "page": page, "rows": listing.listed(page.rows)}
    return render(request, "public/committees.html", context)


@require_safe
@public_page
def committee(request: HttpRequest, ref: str) -> HttpResponse:
    found = listing.committees({}).select_related("institution").filter(ref=ref).first()
    if found is None:
        raise Http404(ref)
    now = timezone.now()
    policy = policy_for(region=found.region, at=now)
    context = {
        "committee": found,
        "row": listing.listed([found])[0],
        "people": listing.people_of(found, now),
        "decisions": policy.value("publicity.decisions", default=False),
    }
    return render(request, "public/committee.html", context)


@require_safe
@public_page
def decisions(request: HttpRequest) -> HttpResponse:
    chosen, now = DecisionSearch(request.GET), timezone.now()
    rows = approvals(chosen.given, now).select_related(*RELATED)
    page = keyset.page(rows, by=["-decided_at", "-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    return render(request, "public/decisions.html", {"filter": chosen, "page": page, "rows": told(page.rows, now)})
