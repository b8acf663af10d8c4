"""What a department did in a year in its territory (履行职责情况, Shandong 1): counted from the rows, as figures are.

By the place of the matter and the day of each event, so that the cities' numbers add up to the province's.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from ethicsreview.accounts.regions import territory_prefix
from ethicsreview.deadlines.calendar import end_of_day
from reviews.models.complaints.complaint import Complaint
from reviews.models.inspections.inspection import Inspection
from reviews.models.inspections.rectification import Rectification
from reviews.models.investigations.investigation import Investigation
from reviews.models.sampling.item import SampleItem
from reviews.models.sampling.plan import SamplingPlan
from reviews.models.sanctions.sanction import Sanction
from reviews.models.warnings.warning import RiskWarning

# By name: the rows, the way to their place, the moment that counts.
COUNTED: dict[str, tuple[Any, str, str]] = {
    "inspections": (Inspection, "region", "begun_at"),
    "inspections_closed": (Inspection, "region", "closed_at"),
    "rectifications": (Rectification, "inspection__region", "created_at"),
    "rectified": (Rectification, "inspection__region", "settled_at"),
    "warnings": (RiskWarning, "region", "raised_at"),
    "warnings_settled": (RiskWarning, "region", "settled_at"),
    "samples": (SamplingPlan, "authority__region", "drawn_at"),
    "samples_examined": (SampleItem, "plan__authority__region", "examined_at"),
    "complaints": (Complaint, "region", "received_at"),
    "investigations": (Investigation, "region", "opened_at"),
    "investigations_concluded": (Investigation, "region", "concluded_at"),
    "sanctions": (Sanction, "respondent__investigation__region", "decided_at"),
}


def duties_of(region: str, first: date, last: date, *, but: list[str]) -> dict[str, int]:
    """Of the days from `first` to `last` in Asia/Shanghai, both included, in the territory of a department; without
    that of the departments in `but`, who report themselves. Twelve questions.
    """
    begin, end = end_of_day(first - timedelta(days=1)), end_of_day(last)
    found = {}
    for name, (model, place, moment) in COUNTED.items():
        inside = Q(**{f"{place}__startswith": territory_prefix(region)})
        for other in but:
            inside &= ~Q(**{f"{place}__startswith": territory_prefix(other)})
        rows = model.objects.filter(inside, **{f"{moment}__gte": begin, f"{moment}__lt": end})
        if number := rows.count():
            found[f"duty.{name}"] = number
    return found
