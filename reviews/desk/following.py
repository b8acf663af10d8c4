"""Follow-ups and reports as they lie on the desk: what is late, what waits, one of them with all that was written."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Role
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk
from reviews.models import FollowUp, Report

ROWS, MOST = 30, 20
# Without which no object with a lifecycle is made.
STATES = ("review__state", "project__state")


def follow_ups(visitor: Visitor, cursor: str) -> "keyset.Page[Any]":
    """Those that are owed, the earliest day first."""
    rows: Any = at_desk(FollowUp, visitor.standing)
    rows = rows.outstanding()
    rows = rows.select_related("project__institution", "review__committee")
    return keyset.page(rows, by=["due_on", "pk"], cursor=cursor, size=ROWS)


def reports(visitor: Visitor, *, only_open: bool, cursor: str) -> "keyset.Page[Any]":
    rows: Any = at_desk(Report, visitor.standing)
    if only_open:
        rows = rows.open()
    rows = rows.select_related("project__institution", "review__committee")
    return keyset.page(rows, by=["-pk"], cursor=cursor, size=ROWS)


def waiting(visitor: Visitor) -> "Iterator[Report]":
    """Reports that wait for this person: to be assessed by the secretary, to be settled by the chair."""
    standing = visitor.standing
    mine = Q(state=Report.State.FILED, review__committee__in=standing.bodies(Role.SECRETARY))
    mine |= Q(state=Report.State.ASSESSED, review__committee__in=standing.bodies(Role.CHAIR, Role.VICE_CHAIR))
    rows: QuerySet[Report] = at_desk(Report, standing).filter(mine).select_related("project", "review")
    yield from rows.only("ref", "kind", "state", "filed_at", "project__title", *STATES).order_by("filed_at")[:MOST]


def late(visitor: Visitor) -> "Iterator[FollowUp]":
    """Follow-ups of the person's committee or institution whose day has passed."""
    standing = visitor.standing
    mine = Q(review__committee__in=standing.bodies(Role.SECRETARY, Role.CHAIR))
    mine |= Q(project__institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
    rows: Any = at_desk(FollowUp, standing)
    rows = rows.late(visitor.at).filter(mine).select_related("project", "review")
    yield from rows.only("ref", "state", "due_on", "project__title", *STATES).order_by("due_on")[:MOST]


def told(report: Report) -> tuple[str, str]:
    """What is to be done with a report, and the article."""
    words = _("核查%(kind)s") if report.state == Report.State.FILED else _("处理%(kind)s，或者提交委员会审查")
    cite = "human:26" if report.kind == Report.Kind.SAE else "national:20"
    return words % {"kind": report.get_kind_display()}, cite


def overdue(day: date) -> str:
    return _("跟踪审查逾期：应于%(day)s前完成") % {"day": day.isoformat()}


def address_of(filed: Any) -> str:
    return reverse(f"desk:{filed.noun}", args=[filed.ref])
