"""International projects on their way, for the tests of every face."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from reviews.models import ForeignApproval
from reviews.models.international.papers import hand_in_approval
from tests.memory import remembered
from tests.reviews.builders import Case, case
from tests.reviews.rules.answers import SURVEY


@remembered
def abroad(countries: Collection[str] = ("DE", "US"), **terms: Any) -> Case:
    return case(answers=SURVEY | {"international_cooperation": True, "countries": list(countries)}, **terms)


def of(path: Case, country: str) -> ForeignApproval:
    """The newest record of the country."""
    rows = ForeignApproval.objects.filter(project=path.project, country=country)
    return rows.select_related("project__lead", "project__institution").order_by("-pk")[0]


def letter(name: str = "approval.txt", text: str = "IRB approval") -> ContentFile:
    return ContentFile(text.encode(), name=name)


def entry(path: Case, *, until: date | None = None) -> dict[str, Any]:
    terms = {"body": "Ethikkommission Berlin", "number": "EK-2026-17", "approved_on": law_day(path.at)}
    return terms | ({"expires_on": until} if until else {})


def enter(path: Case, country: str, *, days: int | None = None) -> ForeignApproval:
    until = None if days is None else law_day(path.at) + timedelta(days=days)
    hand_in_approval(of(path, country), letter(), by=path.lead, at=path.at)
    return perform(of(path, country), "enter_approval", entry(path, until=until), by=path.lead, at=path.at)


def none_prescribed(path: Case, country: str, *also: str) -> ForeignApproval:
    terms = {"reason": "该国主管机构2026年3月答复：没有此类规定", "also": list(also)}
    return perform(of(path, country), "enter_not_prescribed", terms, by=path.lead, at=path.at)


def confirm(path: Case, country: str, *also: str) -> ForeignApproval:
    terms = {"checked": True, "also": list(also)}
    return perform(of(path, country), "confirm", terms, by=path.secretary, at=path.at)
