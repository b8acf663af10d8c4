"""What the rows say of one project and of everything around it, read plainly: no rule of the service is asked.

The invariants are counted on it, by whoever drives the lifecycles: the random paths and the exhaustive walk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import SimpleNamespace as Row
from typing import Any

from committees.models import InterestDeclaration, Membership
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.trail.models import Chain, Entry
from reviews.models import (
    AgendaItem,
    Attendance,
    Decision,
    Designation,
    FollowUp,
    Meeting,
    Opinion,
    Project,
    ProjectMember,
    Recheck,
    RecheckOpinion,
    RecheckReport,
    Review,
)


@dataclass
class Witness:
    """What whoever took the steps saw at the door: the votes that were taken, and who left a panel."""

    # By review, round and user name.
    cast: dict[tuple[str, int, str], str] = field(default_factory=dict)
    # By re-check and user name.
    spoken: dict[tuple[str, str], str] = field(default_factory=dict)
    left: frozenset[tuple[str, str]] = frozenset()

    def votes(self, review: Row, wanted: int) -> list[str]:
        return [vote for (ref, round_, _who), vote in self.cast.items() if (ref, round_) == (review.ref, wanted)]


def _rows(of: Callable[[], Any], order: str = "pk") -> Callable[..., list[Row]]:
    asked = Prepared(lambda: of().order_by(order).values())
    return lambda **given: [Row(**row) for row in asked(**given)]


PROJECT = Given("project")
_PROJECT = _rows(lambda: Project.objects.filter(pk=PROJECT))
_REVIEWS = _rows(lambda: Review.objects.filter(project=PROJECT))
_OPINIONS = _rows(lambda: Opinion.objects.filter(review__project=PROJECT))
_ITEMS = _rows(lambda: AgendaItem.objects.filter(review__project=PROJECT, dropped_at=None))
_MEETINGS = _rows(lambda: Meeting.objects.filter(committee=Given("committee")))
_ATTENDANCES = _rows(lambda: Attendance.objects.filter(meeting__committee=Given("committee")))
_DECISIONS = _rows(lambda: Decision.objects.filter(review__project=PROJECT), "pk")
_DESIGNATIONS = _rows(lambda: Designation.objects.filter(review__project=PROJECT))
_RECHECKS = _rows(lambda: Recheck.objects.filter(review__project=PROJECT))
_PANELS = _rows(lambda: RecheckOpinion.objects.filter(recheck__review__project=PROJECT))
_REPORTS = _rows(lambda: RecheckReport.objects.filter(recheck__review__project=PROJECT))
_FOLLOW_UPS = _rows(lambda: FollowUp.objects.filter(project=PROJECT), "number")
_DEADLINES = _rows(
    lambda: Deadline.objects.filter(subject_kind="project", subject_ref=Given("ref"), closed_at__isnull=True)
)
_TEAM = _rows(lambda: ProjectMember.objects.filter(project=PROJECT))
_ENTRIES = Prepared(
    lambda: Entry.objects.filter(chain__subject_kind="project", chain__subject_ref=Given("ref")).order_by("seq")
)
_CHAIN = _rows(lambda: Chain.objects.filter(subject_kind="project", subject_ref=Given("ref")))
_MEMBERS = Prepared(
    lambda: Membership.objects.filter(committee=Given("committee")).select_related("appointment__person").order_by("pk")
)
_DECLARED = Prepared(
    lambda: (
        InterestDeclaration.objects.filter(committee=Given("committee"))
        .order_by("declared_at", "pk")
        .values_list("person", "pk")
    )
)
_NAMED = Prepared(
    lambda: InterestDeclaration.people.through.objects.filter(
        interestdeclaration__committee=Given("committee")
    ).values_list("interestdeclaration", "person")
)


@dataclass
class Picture:
    """Lists of rows with the names of the columns; each is read when it is first asked for."""

    project_id: int
    committee_id: int
    at: datetime

    @cached_property
    def project(self) -> Row:
        [row] = _PROJECT(project=self.project_id)
        return row

    @cached_property
    def reviews(self) -> list[Row]:
        return _REVIEWS(project=self.project_id)

    @cached_property
    def opinions(self) -> list[Row]:
        return _OPINIONS(project=self.project_id)

    @cached_property
    def items(self) -> list[Row]:
        return _ITEMS(project=self.project_id)

    @cached_property
    def meetings(self) -> dict[int, Row]:
        return {row.id: row for row in _MEETINGS(committee=self.committee_id)}

    @cached_property
    def attendances(self) -> list[Row]:
        return _ATTENDANCES(committee=self.committee_id)

    @cached_property
    def decisions(self) -> list[Row]:
        return _DECISIONS(project=self.project_id)

    @cached_property
    def designations(self) -> list[Row]:
        return _DESIGNATIONS(project=self.project_id)

    @cached_property
    def rechecks(self) -> list[Row]:
        return _RECHECKS(project=self.project_id)

    @cached_property
    def panels(self) -> list[Row]:
        return _PANELS(project=self.project_id)

    @cached_property
    def reports(self) -> list[Row]:
        return _REPORTS(project=self.project_id)

    @cached_property
    def follow_ups(self) -> list[Row]:
        return _FOLLOW_UPS(project=self.project_id)

    @cached_property
    def deadlines(self) -> list[Row]:
        """Those that are open."""
        return _DEADLINES(ref=self.project.ref)

    @cached_property
    def entries(self) -> list[Entry]:
        return _ENTRIES(ref=self.project.ref)

    @cached_property
    def chain(self) -> Row:
        [row] = _CHAIN(ref=self.project.ref)
        return row

    @cached_property
    def members(self) -> list[Membership]:
        """Everybody who has ever had a seat, the secretary and advisers too."""
        return _MEMBERS(committee=self.committee_id)

    @cached_property
    def own_side(self) -> set[int]:
        """Lead and team, by key."""
        team = {row.person_id for row in _TEAM(project=self.project_id) if row.person_id}
        return team | {self.project.lead_id}

    @cached_property
    def interested(self) -> set[int]:
        """Whose latest declaration names somebody of the project's side, and those who are of it."""
        latest = dict(_DECLARED(committee=self.committee_id))
        named = _NAMED(committee=self.committee_id) if latest else []
        near = {declaration for declaration, person in named if person in self.own_side}
        return {person for person, declaration in latest.items() if declaration in near} | self.own_side

    # --- what belongs together ------------------------------------------------------------------------------------

    def ballots(self, review: Row, of_round: int | None = None) -> list[Row]:
        return [o for o in self.opinions if o.review_id == review.id and of_round in (None, o.round)]

    def decisions_of(self, review: Row) -> list[Row]:
        return [one for one in self.decisions if one.review_id == review.id]

    def item_of(self, review: Row) -> Row | None:
        return next((i for i in self.items if (i.review_id, i.round) == (review.id, review.round)), None)

    def meeting_of(self, review: Row) -> Row | None:
        item = self.item_of(review)
        return None if item is None else self.meetings[item.meeting_id]

    def owed(self, noun: str, ref: str) -> list[str]:
        return sorted(row.kind for row in self.deadlines if (row.object_kind, row.object_ref) == (noun, ref))

    def panel_of(self, recheck: Row) -> list[Row]:
        return [seat for seat in self.panels if seat.recheck_id == recheck.id]

    def marked(self, meeting: Row) -> dict[int, str]:
        """What is marked of each seat, by its key: a presence, or that they have left."""
        rows = [row for row in self.attendances if row.meeting_id == meeting.id and row.presence]
        return {row.membership_id: "left" if row.left_at else row.presence for row in rows}

    def there(self, meeting: Row) -> set[int]:
        """People marked as present and not gone, whose term runs today."""
        marks, today = self.marked(meeting), law_day(self.at)
        return {
            seat.appointment.person_id
            for seat in self.members
            if marks.get(seat.pk) in {"present", "video"}
            and seat.appointment.starts <= today
            and (seat.appointment.ends is None or today <= seat.appointment.ends)
        }
