"""What waits for a committee's officers besides reviews: read for the first page of the desk, oldest first, bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ethicsreview.accounts.models import Role
from reviews.desk import following
from reviews.desk.access import Visitor, at_desk, reviews_on_table
from reviews.models import Appeal, Entrustment, Exemption, ForeignApproval, Participation, Recognition

MOST = 20
# Without which no object with a lifecycle is made.
STATES = ("review__state", "review__project__state")


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
    found: list[Besides] = []
    if visitor.standing.holds(Role.SECRETARY):
        found += _countries(visitor)
    if visitor.standing.holds(Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR):
        found += [*_appeals(visitor), *_to_confirm(visitor), *_following(visitor)]
    if visitor.standing.holds(Role.CHAIR):
        found += _of_centres(visitor)
    return sorted(found, key=lambda row: row.since)


def _of_centres(visitor: Visitor) -> Iterator[Besides]:
    """A centre has no institution: its chair answers who would entrust it."""
    chaired = visitor.standing.bodies(Role.CHAIR)
    rows = Entrustment.objects.filter(trustee__in=chaired, trustee__institution=None, state=Entrustment.State.PROPOSED)
    yield from map(_to_answer, rows.select_related("institution").order_by("proposed_at")[:MOST])


def _to_answer(one: Entrustment) -> Besides:
    return _answer("entrustment", one.ref, one.institution.name, one.proposed_at or one.created_at)


def _answer(noun: str, ref: str, title: str, since: datetime) -> Besides:
    told = {
        "participation": (_("答复协作审查的邀请"), "national:21"),
        "entrustment": (_("答复委托审查"), "national:13"),
    }
    return Besides(ref, title, *told[noun], since, reverse(f"desk:{noun}", args=[ref]))


def of_institution(visitor: Visitor) -> list[Besides]:
    """What waits for an institution's officers besides its reviews: invitations and entrustments to answer."""
    units = visitor.standing.bodies(Role.INSTITUTION_OFFICER)
    invited = Participation.objects.filter(institution__in=units, state=Participation.State.INVITED)
    offered = Entrustment.objects.filter(trustee__institution__in=units, state=Entrustment.State.PROPOSED)
    rows = _alike(invited, "collaboration__project__title", "invited_at").union(
        _alike(offered, "institution__name", "proposed_at"), all=True
    )
    return [_answer(**row) for row in rows.order_by("since")[:MOST]]


def _appeals(visitor: Visitor) -> Iterator[Besides]:
    """To be prepared by the secretary, to be decided by the chair."""
    standing = visitor.standing
    mine = Q(state=Appeal.State.FILED, review__committee__in=standing.bodies(Role.SECRETARY))
    mine |= Q(state=Appeal.State.PREPARED, review__committee__in=standing.bodies(Role.CHAIR, Role.VICE_CHAIR))
    rows = at_desk(Appeal, standing).filter(mine).select_related("review__project").order_by("filed_at")
    for appeal in rows.only("ref", "state", "filed_at", "review__project__title", *STATES)[:MOST]:
        filed = appeal.state == Appeal.State.FILED
        text = _("核查申诉的理由和支持材料") if filed else _("决定申诉是否成立")
        url = reverse("desk:appeal", args=[appeal.ref])
        yield Besides(appeal.ref, appeal.review.project.title, text, "national:18", appeal.filed_at, url)


def _following(visitor: Visitor) -> Iterator[Besides]:
    """Reports that wait for the person, and follow-ups that are late."""
    yield from map(_filed, following.waiting(visitor))


def overdue(visitor: Visitor) -> list[Besides]:
    """Follow-ups that are late, for the unit's own page."""
    return [_filed(row) for row in following.overdue(visitor)]


def _filed(row: Any) -> Besides:
    text, cite = following.told(row)
    return Besides(row.ref, row.project__title, text, cite, row.since, following.address_of(row))


def _to_confirm(visitor: Visitor) -> Iterator[Besides]:
    """Exemptions and recognitions that the person's side has not confirmed; both ask for secretary and chair."""
    bodies = visitor.standing.bodies(Role.SECRETARY, Role.CHAIR)
    exempt = at_desk(Exemption, visitor.standing).filter(state=Exemption.State.PROPOSED, committee__in=bodies)
    asked = at_desk(Recognition, visitor.standing).filter(state=Recognition.State.REQUESTED)
    asked = asked.filter(review__committee__in=bodies)
    rows = _alike(exempt, "project__title", "created_at", "confirmations").union(
        _alike(asked, "review__project__title", "requested_at", "confirmations"), all=True
    )
    told = {
        "exemption": (_("确认免除审查，或者不予免除"), "human:32"),
        "recognition": (_("认可其他委员会的结果，或者不予认可"), "national:21"),
    }
    for one in rows.order_by("since")[:MOST]:
        if any(done["person"] == visitor.person.username for done in one["confirmations"]):
            continue
        text, cite = told[one["noun"]]
        yield Besides(
            one["ref"], one["title"], text, cite, one["since"], reverse(f"desk:{one['noun']}", args=[one["ref"]])
        )


def _alike(rows: Any, title: str, since: str, *more: str) -> Any:
    """Columns in which rows of two kinds are read at once."""
    named = rows.order_by().annotate(noun=Value(rows.model.noun), title=F(title), since=F(since))
    return named.values("noun", "ref", "title", "since", *more)


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
