"""The inspections that somebody follows, in the columns of the overview's counters."""

from datetime import date
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value

from ethicsreview.accounts.prepared import Given
from ethicsreview.accounts.standing import Standing
from reviews.models import Inspection, Rectification
from reviews.models.inspections.kinds import TO_DO, UNDER_WAY
from reviews.oversight.registers.rows import within

INSPECTION = "inspection"
UNDER, OVERDUE = "under_way", "overdue"


def counted(standing: Standing, region: str, today: date | Given) -> "tuple[QuerySet[Any, Any], QuerySet[Any, Any]]":
    """Inspections that are not concluded; and what should have been put right before today."""
    under = Inspection.objects.visible_to(standing).filter(state__in=UNDER_WAY)
    late = Rectification.objects.visible_to(standing).filter(state__in=TO_DO, due_on__lt=today)
    if region:
        under, late = under.filter(within("region", region)), late.filter(within("inspection__region", region))
    return _cells(under, "region", UNDER), _cells(late, "inspection__region", OVERDUE)


def _cells(rows: "QuerySet[Any]", place: str, detail: str) -> "QuerySet[Any, Any]":
    def text(value: str) -> Value:
        return Value(value, output_field=CharField())

    columns = (text(INSPECTION), text(""), place, text(""), text(""), text(detail))
    return rows.order_by().values_list(*columns).annotate(total=Count("pk"))
