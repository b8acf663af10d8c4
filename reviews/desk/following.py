"""The lists of follow-ups and reports at the desk."""

from typing import Any

from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk
from reviews.models import FollowUp, Report

ROWS = 30


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
