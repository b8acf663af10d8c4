"""Declared interests, and what follows from them: who may not judge which project."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Institution, Person
from ethicsreview.accounts.prepared import Given, PreparedForMany
from ethicsreview.lifecycle.refusals import Refusal

RECUSAL = "national:8"
Key = TypeVar("Key", bound=Hashable)
# Whom of a project's people each of the people asked about has worked with on another, by person: their names.
Shared = Callable[[Collection[int]], Mapping[int, list[str]]]
# Why somebody may not judge a project. What is kept of a recusal is the code and what the places are filled with.
GROUNDS: dict[str, str | Promise] = {
    "conflict_lead": _("%(name)s是本科技活动的负责人，应当回避"),
    "conflict_team": _("%(name)s参与本科技活动，应当回避"),
    "conflict_with_person": _("%(name)s声明与本科技活动的%(other)s有利益关系，应当回避"),
    "conflict_with_institution": _("%(name)s声明与%(institution)s有利益关系，应当回避"),
    "conflict_joint_project": _("%(name)s近期与本科技活动的%(other)s共同承担过科技活动，应当回避"),
}


def ground_kept(ground: Refusal) -> dict[str, Any]:
    """What a record keeps of a ground, to be worded for whoever reads it."""
    return {"code": ground.code, "params": {name: str(value) for name, value in ground.params.items()}}


def ground_told(kept: Mapping[str, Any]) -> str:
    return str(GROUNDS[kept["code"]]) % kept["params"]


def _nobody(_people: Collection[int]) -> Mapping[int, list[str]]:
    return {}


@dataclass(frozen=True)
class ProjectFacts:
    """The people and institutions of a project, by primary key."""

    lead_id: int
    team_ids: frozenset[int] = frozenset()
    institution_ids: frozenset[int] = frozenset()
    # Answered by the floor that knows projects.
    shared: Shared = field(default=_nobody, compare=False)


class InterestDeclaration(models.Model):
    """What a person declared to a committee for a year. A later declaration of the year replaces the earlier;
    none is changed or deleted, so that it stays known what was declared when a decision was taken."""

    committee = models.ForeignKey("committees.Committee", models.PROTECT, related_name="interest_declarations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="interest_declarations", verbose_name=_("声明人"))
    year = models.PositiveSmallIntegerField(_("年度"))
    declared_at = models.DateTimeField(_("声明时间"))
    none_to_declare = models.BooleanField(_("无利益冲突需要声明"))
    details = models.TextField(_("利益关系说明"), max_length=4000, blank=True)
    institutions = models.ManyToManyField(Institution, related_name="+", blank=True, verbose_name=_("有利益关系的单位"))
    people = models.ManyToManyField(Person, related_name="+", blank=True, verbose_name=_("有利益关系的人员"))

    class Meta:
        verbose_name = _("利益声明")
        verbose_name_plural = _("利益声明")
        ordering = ["-declared_at", "-pk"]
        indexes = [models.Index(fields=["person", "-declared_at"], name="committees_interests_latest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(none_to_declare=True, details="")
                | models.Q(none_to_declare=False) & ~models.Q(details=""),
                name="committees_interests_none_or_details",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.year}"


def conflict_grounds(person: Person, project: ProjectFacts) -> list[Refusal]:
    """Why the person may not judge the project: all grounds, each cited; empty when there is none.

    Working for the institution that carries the project is no ground of its own: an institution's committee
    reviews its own institution's projects.
    """
    return conflicts_of([person], project)[person.pk]


def conflicts_of(people: Iterable[Person], project: ProjectFacts) -> dict[int, list[Refusal]]:
    """`conflict_grounds` for many people, in a fixed number of queries, by person."""
    return conflicts_in(people, {"": project})[""]


def conflicts_in(people: Iterable[Person], projects: Mapping[Key, ProjectFacts]) -> dict[Key, dict[int, list[Refusal]]]:
    """`conflict_grounds` for many people and many projects, in as many queries as for one of each."""
    people = list(people)
    latest = _latest_declarations(people)
    found: dict[Key, dict[int, list[Refusal]]] = {}
    for key, project in projects.items():
        shared = project.shared([person.pk for person in people])
        found[key] = {
            person.pk: [
                *_own_part(person, project),
                *_declared(latest.get(person.pk, ()), project),
                *_shared(person, shared.get(person.pk, ())),
            ]
            for person in people
        }
    return found


def declared() -> "models.QuerySet[InterestDeclaration, Any]":
    """What a person (`Given("person")`) has declared, a row for each that is named: for `latest_named`, and to be put
    together with other questions.
    """
    rows = InterestDeclaration.objects.filter(person=Given("person")).order_by()
    return rows.values_list("committee", "pk", "declared_at", "people", "institutions")


DECLARATIONS = PreparedForMany(
    lambda people: InterestDeclaration.objects.filter(person__pk__in=people).select_related("person")
)


def latest_named(rows: Iterable[tuple[Any, ...]]) -> tuple[frozenset[int], frozenset[int]]:
    """The people and the institutions, by key, that the last declaration to each committee names."""
    latest: dict[int, tuple[datetime, int]] = {}
    rows = list(rows)
    for committee, declaration, at, _person, _institution in rows:
        latest[committee] = max(latest.get(committee, (at, declaration)), (at, declaration))
    last = [row for row in rows if latest[row[0]][1] == row[1]]
    return frozenset(row[3] for row in last if row[3]), frozenset(row[4] for row in last if row[4])


def _ground(code: str, **names: Any) -> Refusal:
    return Refusal(code, GROUNDS[code], names, RECUSAL)


def _own_part(person: Person, project: ProjectFacts) -> Iterator[Refusal]:
    if person.pk == project.lead_id:
        yield _ground("conflict_lead", name=person.name)
    elif person.pk in project.team_ids:
        yield _ground("conflict_team", name=person.name)


def _shared(person: Person, others: Iterable[str]) -> Iterator[Refusal]:
    for other in others:
        yield _ground("conflict_joint_project", name=person.name, other=other)


def _declared(declarations: Iterable[InterestDeclaration], project: ProjectFacts) -> Iterator[Refusal]:
    told: set[tuple[str, int]] = set()
    for declaration in declarations:
        name = declaration.person.name
        for other in declaration.people.all():
            if other.pk in project.team_ids | {project.lead_id} and ("person", other.pk) not in told:
                told.add(("person", other.pk))
                yield _ground("conflict_with_person", name=name, other=other.name)
        for institution in declaration.institutions.all():
            if institution.pk in project.institution_ids and ("institution", institution.pk) not in told:
                told.add(("institution", institution.pk))
                yield _ground("conflict_with_institution", name=name, institution=institution.name)


def _latest_declarations(people: list[Person]) -> dict[int, list[InterestDeclaration]]:
    """Each person's last declaration to each committee: an interest declared to one is known to all."""
    latest: dict[tuple[int, int], InterestDeclaration] = {}
    for declaration in DECLARATIONS([person.pk for person in people]):
        latest.setdefault((declaration.person_id, declaration.committee_id), declaration)
    told = [declaration for declaration in latest.values() if not declaration.none_to_declare]
    models.prefetch_related_objects(told, "people", "institutions")
    by_person: dict[int, list[InterestDeclaration]] = {}
    for declaration in told:
        by_person.setdefault(declaration.person_id, []).append(declaration)
    return by_person
