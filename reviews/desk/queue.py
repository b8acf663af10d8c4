"""My queue: what waits for this person, by the side on which they stand, due soonest first. Every read is bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.ending import Ending
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, at_desk, reviews_at_desk, reviews_on_table
from reviews.desk.tasks import BALLOT, BALLOT_NOW, GIVE, TRIAGE, Task, task_of
from reviews.models import Attendance, Meeting, Opinion, Review
from reviews.models.projects.parties import COMMITTEE_CAPACITIES, territory
from reviews.models.reviewing.states import State
from reviews.models.reviewing.timing import end_of_day

ROWS, SHORT = 30, 20
ORDER = ["next_due_at", "pk"]
# What a row draws: texts and kept rules stay unread, and no object is made of it.
SHOWN = (
    *("pk", "ref", "kind", "state", "procedure", "waiting_for", "recheck_result", "listed"),
    *("next_due_at", "submitted_at"),
)
NAMES = {
    "title": F("project__title"),
    "lead_name": F("project__lead__name"),
    "institution_name": F("project__institution__name"),
    "committee_name": F("committee__name"),
}
BALLOT_SHOWN = (
    *("review__ref", "review__kind", "review__project__title", "draft_answers", "next_due_at"),
    *(f"agenda_item__meeting__{name}" for name in ("ref", "title", "starts_at", "state")),
)
MEETING_SHOWN = (
    *("ref", "title", "state", "starts_at", "committee", "committee__name"),
    *("presider", "presider__appointment__person"),
)
SIDES = {
    "committee": _("委员会事项"),
    "institution": _("本单位"),
    "recheck": _("专家复核"),
    "territory": _("辖区高风险事项"),
    "operations": _("运行"),
}
# The states in which a review waits for its committee's chair.
CHAIRS = (State.IN_REVIEW, State.MODIFICATION_SUBMITTED)
SECRETARIES = ("secretary", "committee")


def sides_of(standing: Standing) -> list[str]:
    """The sides this person stands on, the one with most to do first."""
    holds = {
        "committee": bool(standing.bodies(*COMMITTEE_CAPACITIES)),
        "institution": standing.holds(Role.INSTITUTION_OFFICER),
        "recheck": standing.holds(Role.REGULATOR, Role.RECHECK_EXPERT),
        "territory": standing.holds(Role.REGULATOR),
        "operations": standing.holds(Role.OPERATOR) or standing.sees_everyone,
    }
    return [side for side, held in holds.items() if held]


class Filter(forms.Form):
    """What the list's address may carry; a value it may not have is ignored."""

    q = forms.CharField(label=_("编号或项目名称"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), *[choice for choice in State.choices if choice[0] != State.DRAFT]],
    )
    due = forms.ChoiceField(
        label=_("期限"),
        required=False,
        choices=[("", _("全部")), ("late", _("已逾期")), ("week", _("七日内到期")), ("month", _("三十日内到期"))],
    )
    committee = forms.ChoiceField(label=_("委员会"), required=False, choices=[("", _("全部"))])

    def __init__(self, data: Any, committees: tuple[tuple[str, str], ...]) -> None:
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        self.committees = committees
        if len(committees) > 1:
            self.fields["committee"].choices = [("", _("全部")), *committees]  # type: ignore[attr-defined]
        else:
            del self.fields["committee"]
        for field in self.fields.values():
            field.needed = True  # type: ignore[attr-defined]  # a filter is not drawn as an optional answer
        self.is_valid()

    def shown(self, side: str) -> "FilterShown":
        return FilterShown(side, tuple((name, self.data[name]) for name in self.fields), self.committees)

    @property
    def given(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rows: "QuerySet[Review]", visitor: Visitor) -> "QuerySet[Review]":
        given = self.given
        if words := given.get("q"):
            exact = Q(ref=words.upper()) | Q(project__ref=words.upper())
            rows = rows.filter(exact | Q(project__title__icontains=words))
        if state := given.get("state"):
            rows = rows.filter(state=state)
        if ref := given.get("committee"):
            rows = rows.filter(committee__ref=ref)
        if due := given.get("due"):
            days = {"late": 0, "week": 7, "month": 30}[due]
            limit = end_of_day(law_day(visitor.at) + timedelta(days=days)) if days else visitor.at
            rows = rows.filter(next_due_at__lte=limit)
        return rows


@dataclass(frozen=True)
class FilterShown:
    """A filter as it stands above the list: with what was asked for, and the committees there are to choose from."""

    side: str
    asked: tuple[tuple[str, str], ...]
    committees: tuple[tuple[str, str], ...]

    @property
    def form(self) -> Filter:
        return Filter(dict(self.asked), self.committees)


@dataclass(frozen=True)
class ReviewRow:
    """`committee` is empty where all are of one's own."""

    ref: str
    kind: str
    state: str
    simplified: bool
    urgent: bool
    waiting_for: str
    recheck_result: str
    listed: bool
    title: str
    lead: str
    institution: str
    committee: str
    due: Ending | None
    submitted_at: datetime | None

    @property
    def task(self) -> Task:
        if self.urgent and self.state == State.SUBMITTED:
            return TRIAGE
        return task_of(self.state, self.waiting_for, self.recheck_result, simplified=self.simplified)

    @property
    def kind_label(self) -> str:
        """Of a first review nothing needs to be said."""
        return "" if self.kind == Review.Kind.INITIAL else str(Review.Kind(self.kind).label)

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)


@dataclass(frozen=True)
class BallotRow:
    """At a meeting, or as designated: then by a day of its own."""

    ref: str
    kind: str
    title: str
    meeting_ref: str
    meeting_title: str
    starts_at: datetime | None
    in_session: bool
    begun: bool
    due: Ending | None

    @property
    def kind_label(self) -> str:
        return "" if self.kind == Review.Kind.INITIAL else str(Review.Kind(self.kind).label)

    @property
    def task(self) -> Task:
        if not self.meeting_ref:
            return GIVE
        return BALLOT_NOW if self.in_session else BALLOT


@dataclass(frozen=True)
class MeetingRow:
    ref: str
    title: str
    state: str
    starts_at: datetime
    committee: str
    reply: str
    presides: bool
    to_reply: bool

    @property
    def state_label(self) -> str:
        return str(Meeting.State(self.state).label)

    @property
    def reply_label(self) -> str:
        return str(Attendance.Reply(self.reply).label) if self.reply else ""


@dataclass(frozen=True)
class Reviews:
    """One page of reviews as rows."""

    page: "keyset.Page[Any]"
    side: str
    at: datetime

    def __iter__(self) -> Iterator[ReviewRow]:
        return map(self._row, self.page.rows)

    def __bool__(self) -> bool:
        return bool(self.page.rows)

    def _row(self, row: Any) -> ReviewRow:
        # Before it is accepted, nothing but the question whether it is urgent has a time.
        claimed = row.state == State.SUBMITTED and row.next_due_at is not None
        urgent = claimed or row.procedure == Review.Procedure.EMERGENCY
        return ReviewRow(
            ref=row.ref,
            kind=row.kind,
            state=row.state,
            simplified=row.procedure == Review.Procedure.SIMPLIFIED,
            urgent=urgent,
            waiting_for=row.waiting_for,
            recheck_result=row.recheck_result,
            listed=bool(row.listed),
            title=row.title,
            lead=row.lead_name,
            institution=row.institution_name,
            committee=row.committee_name if self.side != "committee" else "",
            due=Ending.on(row.next_due_at, self.at, in_hours=urgent) if row.next_due_at else None,
            submitted_at=row.submitted_at,
        )


def waiting(standing: Standing, side: str, *, for_others: bool = False) -> "QuerySet[Review]":
    """What waits for whoever stands so on that side, and `for_others` what does not."""
    if side == "committee":
        rows = reviews_on_table(standing)
        if for_others:
            return rows
        return rows.filter(
            Q(committee__in=standing.bodies(Role.SECRETARY), waiting_for__in=SECRETARIES)
            | Q(committee__in=standing.bodies(Role.CHAIR), state__in=CHAIRS)
            | Q(committee__in=standing.bodies(Role.CHAIR), waiting_for="chair")
            | Q(committee__in=standing.bodies(Role.CHAIR), state=State.IN_RECHECK, waiting_for="secretary")
        )
    rows = reviews_at_desk(standing)
    if side == "institution":
        rows = rows.filter(project__institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
    elif side == "territory":
        high_risk = Q(listed=True) | Q(assessment__high_risk=True)
        rows = rows.filter(high_risk & territory(standing, "project__region"))
    return rows if for_others else rows.open()  # type: ignore[attr-defined]


def _as_rows(reviews: "QuerySet[Review]") -> Any:
    return reviews.annotate(**NAMES).values_list(*SHOWN, *NAMES, named=True)


# The page as it opens; what is searched for is put together each time.
OPENING = {
    side: PreparedFor(
        lambda standing, side=side: keyset.opening(_as_rows(waiting(standing, side)), by=ORDER, size=ROWS)  # type: ignore[misc]
    )
    for side in ("committee", "institution", "territory")
}


def reviews_page(visitor: Visitor, side: str, chosen: Filter, cursor: str) -> Reviews:
    """Asked for by state or by words, also what waits for others is found."""
    if not cursor and not chosen.given:
        found = keyset.cut(Review, OPENING[side](visitor.standing), by=ORDER, size=ROWS)
    else:
        rows = waiting(visitor.standing, side, for_others=bool({"q", "state"} & chosen.given.keys()))
        found = keyset.page(_as_rows(chosen.narrow(rows, visitor)), by=ORDER, cursor=cursor, size=ROWS)
    return Reviews(found, side, visitor.at)


def ballots(visitor: Visitor) -> list[BallotRow]:
    """The opinions this person still has to give, at a meeting or as designated, due soonest first."""
    return [
        BallotRow(
            ref,
            kind,
            title,
            meeting or "",
            name or "",
            starts_at,
            in_session=state == Meeting.State.OPEN,
            begun=bool(draft),
            due=None if meeting or due_at is None else Ending.on(due_at, visitor.at),
        )
        for ref, kind, title, draft, due_at, meeting, name, starts_at, state in BALLOTS(visitor.standing)
    ]


def _ballots(standing: Standing) -> "QuerySet[Any, Any]":
    rows: Any = at_desk(Opinion, standing)
    return rows.awaiting(standing.person).order_by("next_due_at", "pk").values_list(*BALLOT_SHOWN)[:SHORT]


def meetings(visitor: Visitor) -> list[MeetingRow]:
    """The meetings to come and those in session of this person's committees."""
    return [_meeting_row(one, visitor) for one in MEETINGS(visitor.standing)]


def _meetings(standing: Standing) -> "QuerySet[Any, Any]":
    mine = Attendance.objects.filter(meeting=OuterRef("pk"), membership__appointment__person=standing.person)
    return (
        Meeting.objects.visible_to(standing)
        .filter(committee__in=standing.bodies(*COMMITTEE_CAPACITIES))
        .filter(state__in=[Meeting.State.PLANNED, Meeting.State.OPEN])
        .annotate(my_reply=Subquery(mine.values("reply")[:1]))
        .order_by("starts_at", "pk")
        .values_list(*MEETING_SHOWN, "my_reply", named=True)[:SHORT]
    )


BALLOTS, MEETINGS = PreparedFor(_ballots), PreparedFor(_meetings)


def _meeting_row(row: Any, visitor: Visitor) -> MeetingRow:
    standing = visitor.standing
    if row.presider is not None:
        presides = row.presider__appointment__person == visitor.person.pk
    else:
        presides = standing.holds(Role.CHAIR, body_id=row.committee)
    votes = standing.holds(Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER, body_id=row.committee)
    reply = row.my_reply or ""
    return MeetingRow(
        ref=row.ref,
        title=row.title,
        state=row.state,
        starts_at=row.starts_at,
        committee=row.committee__name,
        reply=reply,
        presides=presides,
        to_reply=votes and not reply and row.state == Meeting.State.PLANNED,
    )


def committees_of(visitor: Visitor, side: str) -> tuple[tuple[str, str], ...]:
    """The committees that the side's list can be narrowed to; of a single one there is nothing to choose."""
    standing = visitor.standing
    if side != "committee" or len(standing.bodies(*COMMITTEE_CAPACITIES)) < 2:
        return ()
    rows = Committee.objects.visible_to(standing).filter(pk__in=standing.bodies(*COMMITTEE_CAPACITIES))
    return tuple(rows.order_by("name", "pk").values_list("ref", "name")[:SHORT])
