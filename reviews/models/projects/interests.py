"""Who has an interest in a project: by what they declared, by whom they worked with lately, and by the other units of
the same activity (Measures 8, 14, 28).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone

from committees.models import ProjectFacts, declared, latest_named
from ethicsreview.accounts.models import Person
from ethicsreview.accounts.patterns import known_beforehand
from ethicsreview.accounts.prepared import Given, Prepared, PreparedForMany
from ethicsreview.accounts.references import referring
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import add_months, law_day
from ethicsreview.policy import policy_for
from reviews.models.projects.project import Project, ProjectMember

JOINT = "interests.joint_project_months"
# What goes on now is lately, whenever it began.
RUNNING = ("assessed", "under_review", "approved", "suspended")
PRESENT = ("invited", "joined", "confirming", "agreed", "differing")


def own_project(person: Person | None) -> Q:
    """Rows of what the person leads or works on, by their `project`."""
    if person is None:
        return Q(pk__in=[])
    mine = Q(project__lead=person) | Q(project__incoming_lead=person)
    return mine | Q(project__in=ProjectMember.objects.filter(person=person).values("project"))


def of_interest(standing: Standing, project: str = "project") -> Q:
    """Rows whose project (at that path) is of people or institutions in which the person has an interest."""
    from reviews.models.collaborations.participation import Participation

    people, institutions = interests_of(standing)
    if not people and not institutions:
        return Q(pk__in=[])
    members = ProjectMember.objects.filter(Q(person__in=people) | Q(institution__in=institutions)).values("project")
    # An interest in one unit of an activity is one in the part of each other.
    units = Q(institution__in=institutions) | Q(project__lead__in=people)
    joined = Participation.objects.filter(units, state__in=PRESENT).values("collaboration")
    parts = Participation.objects.filter(collaboration__in=joined, project__isnull=False).values("project")
    return (
        Q(**{f"{project}__lead__in": people})
        | Q(**{f"{project}__incoming_lead__in": people})
        | Q(**{f"{project}__institution__in": institutions})
        | Q(**{f"{project}__in": members})
        | Q(**{f"{project}__in": parts})
        | Q(**{f"{project}__collaboration__in": joined})
    )


def interests_in(standing: Standing, project: Project) -> bool:
    """`of_interest` of one project that is at hand."""
    people, institutions = interests_of(standing)
    if not people and not institutions:
        return False
    facts = project_facts(project)
    return bool(people & (facts.team_ids | {facts.lead_id}) or institutions & facts.institution_ids)


@known_beforehand("interests")
def interests_of(standing: Standing) -> tuple[frozenset[int], frozenset[int]]:
    """People and institutions, by key: named in the last declaration to each committee, or worked with lately."""
    if standing.person is None:
        return frozenset(), frozenset()
    months = max(
        (_months(held.region, standing.at) for held in standing.held if held.body_kind == "committee"), default=0
    )
    rows = INTERESTS(person=standing.person.pk, since=_since(months, standing.at))
    people, institutions = latest_named(row for row in rows if row[0] is not None)
    worked_with = {row[3] for row in rows if row[0] is None} - {standing.person.pk, None}
    return people | worked_with if months else people, institutions


def _months(region: str, at: datetime) -> int:
    """Nought: no such interest is counted here."""
    return int(policy_for(region=region, at=at).value(JOINT, default=0))


def _since(months: int, at: datetime) -> date:
    return add_months(law_day(at), -months)


def _lately(project: str, since: Any) -> Q:
    """Projects that count as joint work: they run, or ended or began since."""
    path = f"{project}__" if project else ""
    return ~Q(**{f"{path}state": "draft"}) & (
        Q(**{f"{path}state__in": RUNNING})
        | Q(**{f"{path}ends_on__gte": since})
        | Q(**{f"{path}created_at__date__gte": since})
    )


def _worked_with() -> "tuple[models.QuerySet[Any, Any], models.QuerySet[Any, Any]]":
    """Whoever leads, and whoever is of the team, where the person is either; in the columns of `declared`."""
    own = Project.objects.filter(pk__in=theirs([Given("person")])).filter(_lately("", Given("since")))
    rest = {
        "of": Value(None, output_field=models.BigIntegerField()),
        "key": Value(0, output_field=models.BigIntegerField()),
        "day": Value(None, output_field=models.DateTimeField()),
        "unit": Value(None, output_field=models.BigIntegerField()),
    }
    columns = ("of", "key", "day", "who", "unit")
    leads = own.order_by().annotate(**rest, who=F("lead_id")).values_list(*columns)
    members = ProjectMember.objects.filter(project__in=own.values("pk"), person__isnull=False)
    return leads, members.order_by().annotate(**rest, who=F("person_id")).values_list(*columns)


def theirs(people: Sequence[Any]) -> "models.QuerySet[Any, Any]":
    """What they lead or work on. Two index reads, not one condition that would walk the table."""
    joined = ProjectMember.objects.filter(person__pk__in=people).values("project")
    return Project.objects.filter(lead__pk__in=people).order_by().values("pk").union(joined)


# One question for both kinds of interest: every page of a committee's people asks it.
INTERESTS = Prepared(lambda: declared().union(*_worked_with(), all=True))
# Everyone on the projects of these people that count as joint work.
TEAMS = PreparedForMany(
    lambda people: (
        Project.objects.filter(pk__in=theirs(people))
        .filter(_lately("", Given("since")))
        .order_by()
        .values_list("pk", "lead_id", "members__person_id")
    )
)
# The other units of the activities that these projects are a part of.
PARTS = PreparedForMany(
    lambda projects: (
        _present()
        .filter(Q(collaboration__project__pk__in=projects) | Q(collaboration__participations__project__pk__in=projects))
        .order_by()
        .values_list("project_id", "project__lead_id", "institution_id", "collaboration__project_id")
        .distinct()
    )
)


def project_facts(project: Project) -> ProjectFacts:
    """Who and what is behind a project: what an interest is measured against."""
    members = [(member.person_id, member.institution_id) for member in referring(project, "members")]
    named = {project.incoming_lead_id} if project.incoming_lead_id else set()
    parts = _other_parts([project.pk])[project.pk]
    return _facts(project, members, named, parts)


def facts_of(projects: Collection[Project]) -> dict[int, ProjectFacts]:
    """`project_facts` of many, by key: in as many queries as for one."""
    teams: dict[int, list[tuple[int | None, int | None]]] = defaultdict(list)
    rows = ProjectMember.objects.filter(project__in=[project.pk for project in projects])
    for key, person, unit in rows.values_list("project_id", "person_id", "institution_id"):
        teams[key].append((person, unit))
    parts = _other_parts([project.pk for project in projects])
    together = Together()
    found = {}
    for project in projects:
        named = {project.incoming_lead_id} if project.incoming_lead_id else set()
        found[project.pk] = _facts(project, teams[project.pk], named, parts[project.pk], together)
    return found


def _facts(
    project: Project,
    members: Iterable[tuple[int | None, int | None]],
    named: set[int],
    parts: Iterable[tuple[int | None, int]],
    together: "Together | None" = None,
) -> ProjectFacts:
    members, parts = list(members), list(parts)
    # One who is named to lead has an interest before it is decided.
    team = frozenset({person for person, _unit in [*members, *parts] if person} | named)
    work = together or Together()
    return ProjectFacts(
        lead_id=project.lead_id,
        team_ids=team,
        institution_ids=frozenset({project.institution_id} | {unit for _person, unit in [*members, *parts] if unit}),
        shared=lambda people: work.shared(project, team | {project.lead_id}, people),
    )


def _other_parts(keys: Collection[int]) -> dict[int, list[tuple[int | None, int]]]:
    """The lead and the unit of every other part of the same activity, by project. One query."""
    found: dict[int, list[tuple[int | None, int]]] = defaultdict(list)
    by_activity: dict[int, list[tuple[int | None, int | None, int]]] = defaultdict(list)
    for part, lead, unit, activity in PARTS(keys):
        by_activity[activity].append((part, lead, unit))
    for activity, parts in by_activity.items():
        for key in {activity, *(part for part, _lead, _unit in parts if part)} & set(keys):
            found[key] += [(lead, unit) for part, lead, unit in parts if part != key]
    return found


def _present() -> "models.QuerySet[Any, Any]":
    from reviews.models.collaborations.participation import Participation

    return Participation.objects.filter(state__in=PRESENT)


class Together:
    """Who has worked with whom lately, read once for the same people."""

    def __init__(self) -> None:
        self._read: dict[tuple[tuple[int, ...], date], dict[int, dict[int, set[int]]]] = {}

    def shared(self, project: Project, team: Collection[int], people: Collection[int]) -> Mapping[int, list[str]]:
        """By person: the names of those of the team with whom they were on another project within the period."""
        at = timezone.now()
        months = _months(project.region, at)
        asked = tuple(sorted(set(people)))
        if not months or not asked:
            return {}
        since = _since(months, at)
        if (asked, since) not in self._read:
            self._read[asked, since] = _teams(asked, since)
        found: dict[int, set[int]] = defaultdict(set)
        for key, everyone in self._read[asked, since].items():
            for one in asked if key != project.pk else ():
                if one in everyone and one not in team:
                    found[one] |= (everyone.keys() & set(team)) - {one}
        found = {one: others for one, others in found.items() if others}
        names = (
            dict(Person.objects.filter(pk__in=set().union(*found.values())).values_list("pk", "name")) if found else {}
        )
        return {one: [names[other] for other in sorted(others)] for one, others in found.items()}


def _teams(people: Collection[int], since: date) -> dict[int, dict[int, Any]]:
    """Everyone on the projects of these people that count, by project. One query."""
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for key, lead, member in TEAMS(people, since=since):
        found[key] |= dict.fromkeys(person for person in (lead, member) if person)
    return found
