"""Follow-ups and reports as they lie on the desk: what is late, what waits, one of them with all that was written."""

from typing import Any

from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import last_day
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk
from reviews.models import FollowUp, Report

ROWS, MOST = 30, 20
SHOWN = ("of", "ref", "project__title", "what", "state", "since")


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


def waiting(visitor: Visitor) -> "list[Any]":
    """Rows of what waits for this person, in one query: reports to assess or to settle,
    and follow-ups of the person's committee or institution whose day has passed.
    """
    standing = visitor.standing
    mine = Q(state=Report.State.FILED, review__committee__in=standing.bodies(Role.SECRETARY))
    mine |= Q(state=Report.State.ASSESSED, review__committee__in=standing.bodies(Role.CHAIR, Role.VICE_CHAIR))
    asked = at_desk(Report, standing).filter(mine).annotate(of=Value(Report.noun), what=F("kind"), since=F("filed_at"))
    late = _late(visitor).annotate(of=Value(FollowUp.noun), what=Value(""), since=F("next_due_at"))
    rows = asked.values_list(*SHOWN, named=True).union(late.values_list(*SHOWN, named=True), all=True)
    return list(rows.order_by("since")[:MOST])


def overdue(visitor: Visitor) -> "list[Any]":
    late = _late(visitor).annotate(of=Value(FollowUp.noun), what=Value(""), since=F("next_due_at"))
    return list(late.values_list(*SHOWN, named=True).order_by("since")[:MOST])


def _late(visitor: Visitor) -> Any:
    standing = visitor.standing
    mine = Q(review__committee__in=standing.bodies(Role.SECRETARY, Role.CHAIR))
    mine |= Q(project__institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
    rows: Any = at_desk(FollowUp, standing)
    return rows.late(visitor.at).filter(mine)


def told(row: Any) -> tuple[str, str]:
    """What is to be done, and the article."""
    if row.of == FollowUp.noun:
        return _("跟踪审查逾期：应于%(day)s前完成") % {
            "day": date_format(last_day(row.since), "DATE_FORMAT")
        }, "national:19"
    words = _("核查%(kind)s") if row.state == Report.State.FILED else _("处理%(kind)s，或者提交委员会审查")
    cite = "human:26" if row.what == Report.Kind.SAE else "national:20"
    return words % {"kind": Report.Kind(row.what).label}, cite


def address_of(row: Any) -> str:
    return reverse(f"desk:{row.of}", args=[row.ref])
