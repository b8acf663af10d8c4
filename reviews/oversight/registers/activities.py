"""The register of listed activities: registered within their time of the approval, and told anew when they change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from committees.kinds import Regime, Registered
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline
from reviews.models import ActivityRegistration, Project
from reviews.models.projects.registering import OWED, REGISTRATION
from reviews.oversight.registers.rows import clocks_of, in_state, state_of, within
from reviews.oversight.scope import searched, supervised_projects, supervises


def reads(standing: Standing) -> bool:
    return supervises(standing) or standing.sees_everyone or standing.holds(Role.INSTITUTION_OFFICER)


def activities_for(standing: Standing, asked: Mapping[str, str], at: datetime) -> "QuerySet[Project]":
    """The listed activities that are registered or to be: of one's unit, or of those that one supervises.

    The only clocks that hang on a project are those of its registration: from the newest case on, each is asked for
    its own.
    """
    listed = Deadline.objects.filter(object_kind=Project.noun, object_ref=OuterRef("ref"), kind=REGISTRATION)
    units = standing.bodies(Role.INSTITUTION_OFFICER)
    rows = supervised_projects(standing) if supervises(standing) else Project.objects.filter(institution__in=units)
    if supervises(standing) and units:
        rows = Project.objects.filter(Q(institution__in=units) | Q(pk__in=rows.order_by().values("pk")))
    # Not EXISTS: PostgreSQL would begin with all clocks of the kind.
    rows = rows.alias(clock=Subquery(listed.values("pk")[:1])).filter(clock__isnull=False)
    if words := asked.get("q"):
        rows = searched(rows, words)
    if region := asked.get("region"):
        rows = rows.filter(within("region", region))
    if (field := asked.get("field")) in Project.Field.values:
        rows = rows.filter(field=field)
    return in_state(rows, Project.noun, OWED, asked.get("registration", ""), at)


@dataclass(frozen=True)
class Row:
    """`medical`: the number in the second system, of human research; `human`: whether it is asked for."""

    project: Project
    state: str
    clock: Deadline | None
    number: str
    medical: str
    human: bool
    ai: bool


def rows_of(projects: Iterable[Project], at: datetime) -> list[Row]:
    """Two questions; the version in force and its review are joined before."""
    found = list(projects)
    clocks = clocks_of(Project.noun, [one.ref for one in found], OWED)
    rows = ActivityRegistration.objects.receipts().filter(project__in=found).order_by("pk")
    numbers: dict[int, str] = {}
    medical: dict[int, str] = {}
    for project, what, number in rows.values_list("project_id", "what", "number"):
        (medical if what == Registered.MEDICAL else numbers)[project] = number
    return [
        Row(
            project=one,
            state=state_of(clocks.get(one.ref, []), OWED, at),
            clock=next((clock for clock in clocks.get(one.ref, []) if not clock.outcome), None),
            number=numbers.get(one.pk, ""),
            medical=medical.get(one.pk, ""),
            human=Regime.HUMAN in regimes_of(one),
            ai=Regime.AI in regimes_of(one),
        )
        for one in found
    ]


def regimes_of(project: Project) -> list[str]:
    return list(project.in_force.review.regimes) if project.in_force is not None else []
