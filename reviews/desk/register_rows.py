"""Rows of the two registers as they are drawn: what a row says, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from committees.kinds import CommitteeType
from ethicsreview.deadlines.ending import Ending
from ethicsreview.deadlines.models import Deadline
from reviews.models import Project
from reviews.oversight.registers import activities, committees
from reviews.oversight.registers.rows import REGISTRATION_STATES


@dataclass(frozen=True)
class _Registered:
    """`stands`: how its registration does. `due`: of the clock that runs, with the article it is by."""

    ref: str
    stands: str
    number: str
    due: Ending | None
    cite: str

    @property
    def stands_label(self) -> str:
        return str(REGISTRATION_STATES[self.stands])


@dataclass(frozen=True)
class CommitteeRow(_Registered):
    """`blocking`, `warnings`: the articles of what is wrong with it."""

    name: str
    type: str
    institution: str
    blocking: tuple[str, ...]
    warnings: tuple[str, ...]
    untrained: int

    @property
    def type_label(self) -> str:
        return str(CommitteeType(self.type).label)


@dataclass(frozen=True)
class ActivityRow(_Registered):
    title: str
    institution: str
    committee: str
    state: str

    @property
    def state_label(self) -> str:
        return str(Project.State(self.state).label)


def committee_rows(rows: Sequence[committees.Row], at: datetime) -> list[CommitteeRow]:
    return [
        CommitteeRow(
            one.committee.ref,
            one.state,
            one.number,
            *_due(one.clock, at),
            name=one.committee.name,
            type=one.committee.type,
            institution=one.committee.institution.name if one.committee.institution else "",
            blocking=tuple(refusal.cite for refusal in one.blocking),
            warnings=tuple(refusal.cite for refusal in one.warnings),
            untrained=one.untrained,
        )
        for one in rows
    ]


def activity_rows(rows: Sequence[activities.Row], at: datetime) -> list[ActivityRow]:
    return [
        ActivityRow(
            one.project.ref,
            one.state,
            one.number,
            *_due(one.clock, at),
            title=one.project.title,
            institution=one.project.institution.name,
            committee=one.project.in_force.review.committee.name if one.project.in_force else "",
            state=one.project.state,
        )
        for one in rows
    ]


def _due(clock: Deadline | None, at: datetime) -> tuple[Ending | None, str]:
    return (Ending.of(clock, at), clock.citation) if clock else (None, "")
