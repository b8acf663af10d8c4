"""The public register of sanctions: what their bodies have published, by words, place and article."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from ethicsreview.policy import cite
from reviews.models import Sanction
from reviews.oversight.registers.rows import within


def sanctions(asked: Mapping[str, str]) -> "QuerySet[Sanction]":
    rows: QuerySet[Sanction] = Sanction.objects.published()
    if words := asked.get("q"):
        named = Q(respondent__investigation__handler__name__icontains=words)
        rows = rows.filter(Q(number=words) | Q(published_text__icontains=words) | named)
    if region := asked.get("region"):
        rows = rows.filter(within("respondent__investigation__region", region))
    if article := asked.get("article"):
        rows = rows.filter(cite=article)
    return rows


def articles() -> list[tuple[str, str]]:
    """On which of them anything published rests, each with its words; one question."""
    found = Sanction.objects.published().order_by().values_list("cite", flat=True).distinct()
    return sorted(((one, cite(one)) for one in found), key=lambda one: one[1])
