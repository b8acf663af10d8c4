"""What waits for a committee's officers besides reviews: read for the first page of the desk, oldest first, bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils.translation import ngettext

from ethicsreview.accounts.models import Role
from reviews.desk.access import Visitor, reviews_on_table
from reviews.models import ForeignApproval

MOST = 20


@dataclass(frozen=True)
class Besides:
    ref: str
    title: str
    text: str
    cite: str
    since: datetime
    url: str


def besides(visitor: Visitor) -> list[Besides]:
    """One query for each kind of matter, and none for those who have no part in it."""
    found = list(_countries(visitor)) if visitor.standing.holds(Role.SECRETARY) else []
    return sorted(found, key=lambda row: row.since)


def _countries(visitor: Visitor) -> Iterator[Besides]:
    """Projects whose partners' countries wait to be confirmed."""
    mine = reviews_on_table(visitor.standing).filter(committee__in=visitor.standing.bodies(Role.SECRETARY))
    rows: Any = ForeignApproval.objects.filter(state=ForeignApproval.State.ENTERED, project__in=mine.values("project"))
    grouped = rows.values("project__ref", "project__title").annotate(
        number=Count("pk", distinct=True),
        since=Min("entered_at"),
        review=Max("project__reviews__ref", filter=~Q(project__reviews__state="draft")),
    )
    for row in grouped.order_by("since")[:MOST]:
        text = ngettext("确认%(count)d个合作国家的审查情况", "确认%(count)d个合作国家的审查情况", row["number"])
        yield Besides(
            ref=row["project__ref"],
            title=row["project__title"],
            text=text % {"count": row["number"]},
            cite="national:12",
            since=row["since"],
            url=reverse("desk:foreign_approvals", args=[row["review"]]),
        )
