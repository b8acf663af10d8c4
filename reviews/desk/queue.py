"""My queue: what waits for this person, by the side on which they stand, due soonest first. Every read is bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.ui import keyset
from reviews.desk.access import Visitor, reviews_on_table
from reviews.desk.tasks import BALLOT, BALLOT_NOW, Task, next_task
from reviews.models import Attendance, Meeting, Opinion, Review
from reviews.models.parties import COMMITTEE_CAPACITIES, territory
from reviews.models.review_states import State
from reviews.models.timing import end_of_day

ROWS, SHORT = 30, 20
# What a row draws, and the states, without which no object with a lifecycle is made: texts and kept rules stay unread.
SHOWN = ("ref", "state", "listed", "recheck_result", "next_due_at", "submitted_at")
NAMES = {
    "title": F("project__title"),
    "lead_name": F("project__lead__name"),
    "institution_name": F("project__institution__name"),
    "committee_name": F("committee__name"),
}
BALLOT_SHOWN = (
    *("state", "draft_answers", "review__ref", "review__state", "review__project__title", "review__project__state"),
    *(f"agenda_item__meeting__{name}" for name in ("ref", "title", "state", "starts_at")),
)
MEETING_SHOWN = (
    *("ref", "title", "state", "starts_at", "committee__name", "committee__state"),
    "presider__appointment__person_id",
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

    def __init__(self, data: Any, committees: list[Committee]) -> None:
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        offered = [(one.ref, one.name) for one in committees]
        if len(offered) > 1:
            self.fields["committee"].choices = [("", _("全部")), *offered]  # type: ignore[attr-defined]
        else:
            del self.fields["committee"]
        for field in self.fields.values():
            field.needed = True  # type: ignore[attr-defined]  # a filter is not drawn as an optional answer
        self.is_valid()

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
class ReviewRow:
    review: Review
    task: Task


@dataclass(frozen=True)
class BallotRow:
    opinion: Opinion
    task: Task

    @property
    def begun(self) -> bool:
        return bool(self.opinion.draft_answers)


@dataclass(frozen=True)
class MeetingRow:
    meeting: Meeting
    reply: str
    presides: bool
    to_reply: bool


@dataclass(frozen=True)
class Reviews:
    """One page of reviews as rows."""

    page: "keyset.Page[Review]"

    def __iter__(self) -> Iterator[ReviewRow]:
        return (ReviewRow(review, next_task(review)) for review in self.page.rows)

    def __bool__(self) -> bool:
        return bool(self.page.rows)


def waiting(visitor: Visitor, side: str, chosen: Filter) -> "QuerySet[Review]":
    """What waits for this person on that side; asked for by state or by words, also what waits for others."""
    standing = visitor.standing
    if side == "committee":
        rows = reviews_on_table(standing)
        if not {"q", "state"} & chosen.given.keys():
            rows = rows.filter(
                Q(committee__in=standing.bodies(Role.SECRETARY), waiting_for__in=SECRETARIES)
                | Q(committee__in=standing.bodies(Role.CHAIR), state__in=CHAIRS)
                | Q(committee__in=standing.bodies(Role.CHAIR), state=State.IN_RECHECK, waiting_for="secretary")
            )
        return chosen.narrow(rows, visitor)
    rows = visitor.reviews()
    if side == "institution":
        rows = rows.filter(project__institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
    elif side == "territory":
        high_risk = Q(listed=True) | Q(assessment__high_risk=True)
        rows = rows.filter(high_risk & territory(standing, "project__region"))
    if not {"q", "state"} & chosen.given.keys():
        rows = rows.open()  # type: ignore[attr-defined]
    return chosen.narrow(rows, visitor)


def reviews_page(rows: "QuerySet[Review]", cursor: str) -> Reviews:
    named = rows.annotate(**NAMES).only(*SHOWN)
    return Reviews(keyset.page(named, by=["next_due_at", "pk"], cursor=cursor, size=ROWS))


def ballots(visitor: Visitor) -> list[BallotRow]:
    """The ballots this person still has to cast, the next meeting first."""
    # One's own, which are visible to everybody.
    rows = Opinion.objects.awaiting(visitor.person).select_related("review__project", "agenda_item__meeting")
    return [
        BallotRow(one, BALLOT_NOW if one.agenda_item.meeting.state == Meeting.State.OPEN else BALLOT)
        for one in rows.only(*BALLOT_SHOWN).order_by("next_due_at", "pk")[:SHORT]
    ]


def meetings(visitor: Visitor) -> list[MeetingRow]:
    """The meetings to come and those in session of this person's committees."""
    standing = visitor.standing
    mine = Attendance.objects.filter(meeting=OuterRef("pk"), membership__appointment__person=visitor.person)
    rows = (
        Meeting.objects.visible_to(standing)
        .filter(committee__in=standing.bodies(*COMMITTEE_CAPACITIES))
        .filter(state__in=[Meeting.State.PLANNED, Meeting.State.OPEN])
        .annotate(my_reply=Subquery(mine.values("reply")[:1]))
        .select_related("committee", "presider__appointment")
        .only(*MEETING_SHOWN)
        .order_by("starts_at", "pk")[:SHORT]
    )
    return [_meeting_row(one, visitor) for one in rows]


def _meeting_row(meeting: Any, visitor: Visitor) -> MeetingRow:
    standing = visitor.standing
    if meeting.presider is not None:
        presides = meeting.presider.appointment.person_id == visitor.person.pk
    else:
        presides = standing.holds(Role.CHAIR, body_id=meeting.committee_id)
    votes = standing.holds(Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER, body_id=meeting.committee_id)
    reply = meeting.my_reply or ""
    return MeetingRow(
        meeting,
        reply=str(Attendance.Reply(reply).label) if reply else "",
        presides=presides,
        to_reply=votes and not reply and meeting.state == Meeting.State.PLANNED,
    )


def committees_of(visitor: Visitor, side: str) -> list[Committee]:
    """The committees that the side's list can be narrowed to; of a single one there is nothing to choose."""
    standing = visitor.standing
    if side == "committee" and len(standing.bodies(*COMMITTEE_CAPACITIES)) < 2:
        return []
    rows = Committee.objects.visible_to(standing)
    if side == "committee":
        rows = rows.filter(pk__in=standing.bodies(*COMMITTEE_CAPACITIES))
    elif side == "institution":
        rows = rows.filter(institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
    else:
        return []
    return list(rows.order_by("name", "pk")[:SHORT])
